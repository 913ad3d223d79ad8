import assert from 'node:assert/strict';
import { test } from 'node:test';
import { put, release } from '../../js/worker/bytes.ts';

// Missing in older Node.js.
(ArrayBuffer.prototype as { transfer?(length: number): ArrayBuffer }).transfer ??= function transfer(
  this: ArrayBuffer,
) {
  return structuredClone(this, { transfer: [this] });
};

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

/** What a cache gets of these chunks. Like WebKit's, it takes the bytes only when it needs them. */
async function bytesPut(chunks: Uint8Array[]): Promise<number[]> {
  const got: Uint8Array[] = [];
  const OriginalResponse = globalThis.Response;
  globalThis.Response = class {
    constructor(readonly bytes: Uint8Array) {}
  } as never;
  const cache = {
    async put(_url: string, { bytes }: { bytes: Uint8Array }) {
      await undefined;
      got.push(bytes.slice());
    },
  };
  try {
    await put(cache as never, '/', chunks);
  } finally {
    globalThis.Response = OriginalResponse;
  }
  return [...got[0]!];
}

test('a cache gets the bytes of all chunks, in their order', async () => {
  assert.deepEqual(await bytesPut([bytes(1, 2), bytes(), bytes(3)]), [1, 2, 3]);
  assert.deepEqual(await bytesPut([bytes(1, 2)]), [1, 2]);
  assert.deepEqual(await bytesPut([]), []);
});

test('the memory of chunks goes back, also where they cannot be put', async () => {
  const full = { put: () => Promise.reject(new DOMException('', 'QuotaExceededError')) } as unknown as Cache;
  for (const chunks of [[bytes(1), bytes(2)], [bytes(1)]]) {
    await assert.rejects(put(full, 'https://background-fetch.invalid/', chunks), { name: 'QuotaExceededError' });
    for (const chunk of chunks) assert.equal(chunk.length, 0);
  }
});

test('a buffer that others may share stays', async () => {
  const both = bytes(1, 2, 3, 4);
  assert.deepEqual(await bytesPut([both.subarray(0, 2), bytes(9)]), [1, 2, 9]);
  assert.deepEqual(await bytesPut([both.subarray(2)]), [3, 4]);
  assert.deepEqual(both, bytes(1, 2, 3, 4));
});

test('where buffers cannot be let go of, they stay', () => {
  const buffer = Object.assign(new ArrayBuffer(3), { transfer: undefined });
  release(buffer);
  assert.equal(buffer.byteLength, 3);
});
