import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, release } from '../../js/bytes.ts';

// Missing in older Node.js.
(ArrayBuffer.prototype as { transfer?(length: number): ArrayBuffer }).transfer ??= function transfer(this: ArrayBuffer) {
  return structuredClone(this, { transfer: [this] });
};

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

test('chunks are joined in their order', () => {
  assert.deepEqual(joined([bytes(1, 2), bytes(), bytes(3)]), bytes(1, 2, 3));
  assert.deepEqual(joined([]), bytes());
});

test('one chunk is not copied', () => {
  const chunk = bytes(1, 2);
  assert.equal(joined([chunk]), chunk);
});

test('the memory of chunks goes back at once', () => {
  const chunks = [bytes(1), bytes(2)];
  joined(chunks);
  assert.deepEqual(chunks.map(({ length }) => length), [0, 0]);
});

test('a buffer that others may share stays', () => {
  const both = bytes(1, 2, 3, 4);
  assert.deepEqual(joined([both.subarray(0, 2), bytes(9)]), bytes(1, 2, 9));
  assert.deepEqual(joined([both.subarray(2), bytes(9)]), bytes(3, 4, 9));
  assert.deepEqual(both, bytes(1, 2, 3, 4));
});

test('where buffers cannot be let go of, they stay', () => {
  const buffer = Object.assign(new ArrayBuffer(3), { transfer: undefined });
  release(buffer);
  assert.equal(buffer.byteLength, 3);
});
