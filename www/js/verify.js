/** Compares what is kept with the library's digests, slice by slice, as a player reads it: by ranges. */
import { respond } from '/dist/offline.mjs';

/**
 * @param {import('./library.js').MediaFile} file @param {number} slice bytes
 * @returns {Promise<string[]>} the sha256 of each slice; none if the file is not kept
 */
export async function digestsOf({ url, bytes }, slice) {
  const digests = [];
  for (let at = 0; at < bytes; at += slice) {
    const headers = { Range: `bytes=${at}-${Math.min(at + slice, bytes) - 1}` };
    const response = await respond(new Request(url, { headers }));
    if (!response) return [];
    digests.push(toHex(await crypto.subtle.digest('SHA-256', await response.arrayBuffer())));
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
