/**
 * Deterministic test content: any byte of any file is computed from (seed, offset) alone, so the
 * server needs no files, ranges cost nothing, and a test can check what arrived without the server.
 *
 * A file is one random block of 1 MiB, repeated, with every 32-bit word of repetition `n` XORed with
 * a tag that is different for every `n`. Bytes that land in the wrong place therefore differ, even
 * when they are off by a whole number of blocks.
 */
import { createHash } from 'node:crypto';

const BLOCK = 1 << 20;
const WORDS = BLOCK / 4;
/** Odd, so that multiplying by it is a bijection on 32-bit integers: no two blocks share a tag. */
const TAG_FACTOR = 0x9e3779b1;
const KEPT_BLOCKS = 8;

/** @type {Map<number, Uint32Array>} the base block of each seed lately used */
const blocks = new Map();
/** @type {Map<string, string>} */
const digests = new Map();

/** xorshift32 over one block; @param {number} seed */
function baseBlock(seed) {
  let block = blocks.get(seed);
  if (block) return block;
  block = new Uint32Array(WORDS);
  let x = (Math.imul(seed | 0, TAG_FACTOR) ^ 0x2545f491) | 1;
  for (let i = 0; i < WORDS; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    block[i] = x;
  }
  if (blocks.size >= KEPT_BLOCKS) blocks.delete(/** @type {number} */ (blocks.keys().next().value));
  blocks.set(seed, block);
  return block;
}

/**
 * Bytes `start` to `end` (excluded) of the file that `seed` stands for.
 * @param {number} seed @param {number} start @param {number} end
 * @returns {Buffer}
 */
export function fileBytes(seed, start, end) {
  if (end <= start) return Buffer.alloc(0);
  const base = baseBlock(seed);
  const first = Math.floor(start / 4);
  const last = Math.ceil(end / 4);
  const words = new Uint32Array(last - first);
  for (let word = first; word < last; ) {
    const block = Math.floor(word / WORDS);
    const tag = Math.imul(block, TAG_FACTOR);
    const stop = Math.min(last, (block + 1) * WORDS);
    const shift = block * WORDS;
    for (; word < stop; word++) words[word - first] = base[word - shift] ^ tag;
  }
  return Buffer.from(words.buffer, start - first * 4, end - start);
}

/**
 * SHA-256 of a whole file, in hex.
 * @param {number} seed @param {number} size
 */
export function fileSha256(seed, size) {
  const name = `${seed}:${size}`;
  let digest = digests.get(name);
  if (digest === undefined) {
    const hash = createHash('sha256');
    for (let at = 0; at < size; at += BLOCK) hash.update(fileBytes(seed, at, Math.min(size, at + BLOCK)));
    digest = hash.digest('hex');
    digests.set(name, digest);
  }
  return digest;
}
