/** Checks every stored byte against the library's digests, slice by slice: no browser hashes a stream. */
import { storedBlob } from './library.js';

/**
 * @param {import('./library.js').MediaFile} file @param {number} slice
 * @returns {Promise<string[]>} the sha256 of each slice; none if the file is not stored
 */
export async function digestsOf(file, slice) {
  const blob = await storedBlob(file);
  const digests = [];
  for (let at = 0; blob && at < blob.size; at += slice) {
    const bytes = await blob.slice(at, at + slice).arrayBuffer();
    digests.push(toHex(await crypto.subtle.digest('SHA-256', bytes)));
  }
  return digests;
}

/** @param {import('./library.js').Item} item @param {number} slice @returns {Promise<string[]>} names of the bad ones */
export async function badFiles(item, slice) {
  const bad = [];
  for (const file of item.files) {
    const digests = await digestsOf(file, slice);
    if (digests.join() !== file.slices.join()) bad.push(file.name);
  }
  return bad;
}

/** @param {ArrayBuffer} buffer */
const toHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
