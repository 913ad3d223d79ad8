// Where things are: in the repository, and in the cache that all clones of one user share.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const fromRoot = (...parts) => join(root, ...parts);

/** Where cargo builds, and where everything else that is built on the way to `dist/` goes too. */
export const targetDir = resolve(root, process.env.CARGO_TARGET_DIR || 'target');

/**
 * Built tools live here and not under `target/`, so that a fresh clone on the same machine finds them
 * in milliseconds. Every entry is keyed by its version, so clones that lock different ones coexist.
 */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'background-fetch-polyfill');

export const fromCache = (...parts) => join(cacheDir, ...parts);
