/** A file of the size of a language model. There is nothing in it to run: what counts is that all of it arrives. */
import { open } from 'node:fs/promises';

/** Every so many bytes is written where they are, so that no two places of the file are alike. */
const STRIDE = 1 << 20;
const MAGIC = 'GGUF';

/** It has holes, and takes some megabytes of the disk. @param {string} file @param {number} bytes */
export async function writeModel(file, bytes) {
  const handle = await open(file, 'w');
  try {
    await handle.truncate(bytes);
    for (let at = 0; at < bytes; at += STRIDE) await handle.write(`${MAGIC} ${at}\n`, at);
  } finally {
    await handle.close();
  }
}
