/** Which bytes a request asks for: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests. */

/** The bytes from `start` up to `end`, which is not one of them; none where it does not come later. */
export interface Part {
  start: number;
  end: number;
}

/**
 * The one part that a `Range` header asks for, of the `size` bytes that are there; undefined for the whole: for several
 * parts, too, and for what is not understood.
 */
export function partOf(header: string | null, size: number): Part | undefined {
  const [, first, last] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (!first && !last) return undefined;
  if (!first) return { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  if (!last) return { start, end: size };
  return Number(last) < start ? undefined : { start, end: Math.min(Number(last) + 1, size) };
}

/** Whether what was there when `If-Range` was learnt is what is here. Without it, it is. */
export function isSame(ifRange: string | null, headers: Headers): boolean {
  if (ifRange === null) return true;
  const validator = headers.get(ifRange.includes('"') ? 'ETag' : 'Last-Modified');
  // A weak one proves nothing of bytes.
  return ifRange === validator && !ifRange.startsWith('W/');
}
