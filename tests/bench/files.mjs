/** The files that are downloaded. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';

export const MIB = 2 ** 20;
/** As worker.js has it. */
const SLICE = 16 * MIB;

/** Random bytes on the disk, so that nothing can be compressed. Gives the digests of its slices. */
export async function makeFile(/** @type {string} */ path, /** @type {number} */ size) {
  const file = createWriteStream(path);
  for (let left = size; left > 0; left -= MIB) {
    if (!file.write(randomBytes(Math.min(MIB, left)))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  const digests = [];
  for await (const slice of createReadStream(path, { highWaterMark: SLICE })) {
    digests.push(createHash('sha256').update(slice).digest('hex'));
  }
  return digests;
}
