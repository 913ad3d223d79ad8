// The npm packages: `npm ci`, unless what is installed is what package-lock.json says.

import { readFileSync } from 'node:fs';
import { withLock } from './lock.mjs';
import { fromRoot } from './paths.mjs';
import { PlainError, run, say, which } from './run.mjs';

export async function ensureNodePackages() {
  if (isInstalled()) return;
  if (!which('npm')) throw new PlainError('npm is missing: install Node.js 20 or later, with npm.');
  await withLock(fromRoot('target', 'npm.lock'), async () => {
    if (isInstalled()) return;
    say('npm ci (the npm packages are missing or not those of package-lock.json)');
    await run('npm', ['ci', '--no-audit', '--no-fund'], {
      failure: '`npm ci` failed: see above. Once the cause is gone, run `npm run setup` again.',
    });
  });
}

/**
 * Compares the lock file with npm's own record of what it installed: no stamp of ours that could be
 * wrong after someone ran npm by hand.
 */
function isInstalled() {
  const wanted = readPackages(fromRoot('package-lock.json'));
  const present = readPackages(fromRoot('node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    // An optional package may rightly be absent: most are for other platforms.
    return present[path] ? present[path].version === version : optional === true;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
