/** Memory of bytes that are done with goes back at once, and not when the collector gets round to it. */
export function release(buffer: ArrayBufferLike): void {
  // Missing before 2024.
  (buffer as { transfer?(length: number): ArrayBuffer }).transfer?.(0);
}

/**
 * All bytes of the chunks in one array. They end here, so that the bytes are not in memory twice: all but
 * those that share their buffer with another.
 */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    const { length, buffer } = chunk;
    whole.set(chunk, at);
    at += length;
    if (length === buffer.byteLength) release(buffer);
  }
  return whole;
}
