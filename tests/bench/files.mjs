/** The files that are downloaded: those of the test origin, on the disk for a server that reads it. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileBytes } from '../server/content.mjs';
import { MIB } from './figures.mjs';

/** Of all files. */
export const SEED = 1;
/** As worker.js has it. */
const SLICE = 16 * MIB;

/** @type {Map<number, string[]>} */
const digests = new Map();

/** SHA-256 of each slice of the file of that size. @param {number} size */
export function digestsOf(size) {
  const known = digests.get(size) ?? [...pieces(size, SLICE)].map(sha256);
  digests.set(size, known);
  return known;
}

/** @param {Buffer} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** @param {number} size @param {number} most bytes at a time */
function* pieces(size, most) {
  for (let at = 0; at < size; at += most) yield fileBytes(SEED, at, Math.min(size, at + most));
}

/** A folder of files that are written when they are first needed. */
export class Media {
  /** By size. @type {Map<number, Promise<string>>} */
  #written = new Map();

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @param {string} parent */
  static async in(parent) {
    return new Media(await mkdtemp(join(parent, 'files-')));
  }

  /** Resolves with the name of the file of that size. @param {number} size */
  name(size) {
    const name = `${size}.bin`;
    const written =
      this.#written.get(size) ??
      pipeline(Readable.from(pieces(size, MIB)), createWriteStream(join(this.folder, name))).then(() => name);
    this.#written.set(size, written);
    return written;
  }
}
