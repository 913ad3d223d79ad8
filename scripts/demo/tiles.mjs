/** The tiles of a chart that is made up: an estuary with its shoals and islands, as PNG. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** Red, green, blue, from the deep to the hills. */
const COLOURS = ['2f6690', '3f7ba6', '5c95ba', '82b1cd', 'b3d3e2', 'f3e3b5', 'd8dca0', 'b4c98a', '93b077', '7c9668'];
/** Where each begins, of 0 to 1. */
const LEVELS = [0, 0.3, 0.38, 0.44, 0.485, 0.52, 0.545, 0.6, 0.66, 0.72];
/** Lines between them. */
const LINE = '5b7f8f';
/** Pixels from hill to hill, and how many finer ones lie in each. */
const COARSE = 420;
const OCTAVES = 5;

/**
 * Writes `x-y.png` for each place of the grid.
 * @param {string} folder @param {number} seed @param {{columns: number, rows: number, tile: number}} grid
 * @returns {Promise<number>} bytes of all of them
 */
export async function writeTiles(folder, seed, { columns, rows, tile }) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let bytes = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const png = draw(seed, x * tile, y * tile, tile, rows * tile);
      await writeFile(join(folder, `${x}-${y}.png`), png);
      bytes += png.length;
    }
  }
  return bytes;
}

/** @param {number} seed @param {number} left @param {number} top @param {number} size @param {number} height of the chart */
function draw(seed, left, top, size, height) {
  // One pixel more on two sides, to see where a line is.
  const levels = Array.from({ length: (size + 1) ** 2 }, (_, i) =>
    levelAt(seed, left + (i % (size + 1)), top + Math.floor(i / (size + 1)), height),
  );
  const pixels = Buffer.alloc(size * (size + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * (size + 1) + x;
      const isLine = levels[at] !== levels[at + 1] || levels[at] !== levels[at + size + 1];
      // Each row of a PNG begins with the number of its filter: 0 is none.
      pixels[at + 1] = isLine ? COLOURS.length : levels[at];
    }
  }
  return png(size, pixels);
}

/** Which colour. @param {number} seed @param {number} x @param {number} y @param {number} height */
function levelAt(seed, x, y, height) {
  let sum = 0;
  let weight = 0;
  for (let octave = 0; octave < OCTAVES; octave++) {
    const scale = 2 ** octave;
    sum += noise(seed + octave, (x * scale) / COARSE, (y * scale) / COARSE) / scale;
    weight += 1 / scale;
  }
  // The river runs through the middle, in bends.
  const bed = Math.abs(y / height - 0.5 - 0.13 * Math.sin(x / 520));
  const altitude = 0.6 * (sum / weight) + 0.75 * Math.min(bed, 0.6);
  return LEVELS.findLastIndex((level) => altitude >= level);
}

/** Smooth, from 0 to 1. @param {number} seed @param {number} x @param {number} y */
function noise(seed, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [ease(x - left), ease(y - top)];
  const at = (/** @type {number} */ dx, /** @type {number} */ dy) => random(seed, left + dx, top + dy);
  const upper = at(0, 0) * (1 - u) + at(1, 0) * u;
  const lower = at(0, 1) * (1 - u) + at(1, 1) * u;
  return upper * (1 - v) + lower * v;
}

const ease = (/** @type {number} */ t) => t * t * (3 - 2 * t);

/** The same for the same place. @param {number} seed @param {number} x @param {number} y */
function random(seed, x, y) {
  let hash = Math.imul(seed ^ Math.imul(x, 374_761_393) ^ Math.imul(y, 668_265_263), 1_274_126_177);
  hash = Math.imul(hash ^ (hash >>> 13), 1_103_515_245);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Of one byte a pixel, by a palette. @param {number} size @param {Buffer} pixels */
function png(size, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from([...COLOURS, LINE].join(''), 'hex')),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8 + named.length);
  frame.writeUInt32BE(data.length, 0);
  named.copy(frame, 4);
  frame.writeUInt32BE(crc32(named), 4 + named.length);
  return frame;
}

/** As PNG has it; that of zlib is in later versions of Node.js only. @param {Buffer} bytes */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
