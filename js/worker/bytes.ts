/** Memory of bytes that are done with goes back at once, and not when the collector gets round to it. */
export function release(buffer: ArrayBufferLike): void {
  // Missing before 2024.
  (buffer as { transfer?(length: number): ArrayBuffer }).transfer?.(0);
}

/**
 * Puts all bytes of the chunks into a cache. Chunks end here, so that the bytes are not in memory twice: all but those
 * that share their buffer with another.
 */
export async function put(cache: Cache, url: string, chunks: readonly Uint8Array[]): Promise<void> {
  const [first] = chunks;
  const whole = first && chunks.length === 1 ? first : joined(chunks);
  try {
    await cache.put(url, new Response(whole as Uint8Array<ArrayBuffer>));
  } finally {
    // Not before: WebKit's response has them from there.
    end(whole);
  }
}

/** Bytes of all of them. */
export const lengthOf = (chunks: readonly Uint8Array[]): number => chunks.reduce((sum, { length }) => sum + length, 0);

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
    end(chunk);
  }
  return whole;
}

function end({ length, buffer }: Uint8Array): void {
  if (length === buffer.byteLength) release(buffer);
}
