// Skipping a build step whose inputs are what they were: by content, because checking out a branch
// changes the times of files that stay the same.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Runs `work` unless its last run had the same `inputs` (files, folders and plain strings) and all of
 * `outputs` are still there. Returns whether it ran.
 */
export async function unlessFresh({ stamp, inputs, outputs, force = false }, work) {
  const key = digest(inputs);
  const isFresh = !force && outputs.every((file) => existsSync(file)) && read(stamp) === key;
  if (isFresh) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
  return true;
}

function digest({ files, values = [] }) {
  const hash = createHash('sha256');
  for (const value of values) hash.update(`${JSON.stringify(value)}\n`);
  for (const file of files.flatMap(listFiles)) hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest('hex');
}

/** `path` itself if it is a file, all files under it if it is a folder, nothing if it is missing. */
export function listFiles(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path)
      .sort()
      .flatMap((name) => listFiles(join(path, name)));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
