// The npm packages: `npm ci`, unless what is installed is what package-lock.json says.

import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { fromRoot, root, targetDir } from './paths.mjs';
import { PlainError, run, say, which } from './run.mjs';

/** What the project's own scripts need. */
export const ensureNodePackages = () => install(root, 'the npm packages');

/**
 * Where the packaging tests build their apps, with the build tools beside them: half a gigabyte that nothing else
 * needs. Under `target/`, because apps are written there, and each tool looks for packages above its app.
 */
export const packagingDir = join(targetDir, 'packaging');

/** The build tools of the packaging tests. */
export async function ensurePackagingTools() {
  mkdirSync(packagingDir, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
    copyFileSync(fromRoot('tests', 'packaging', name), join(packagingDir, name));
  }
  await install(packagingDir, 'the build tools of the packaging tests');
}

/** @param {string} folder that has a package-lock.json @param {string} what it names, for whoever waits */
async function install(folder, what) {
  if (isInstalled(folder)) return;
  if (!which('npm')) throw new PlainError('npm is missing: install Node.js 20 or later, with npm.');
  await withLock(fromRoot('target', 'npm.lock'), async () => {
    if (isInstalled(folder)) return;
    say(`npm ci (${what} are missing or not those of package-lock.json)`);
    // What npm has in its cache is not asked for again.
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: folder,
      failure: '`npm ci` failed: see above. Once the cause is gone, run `npm run setup` again.',
    });
  });
}

/**
 * Compares the lock file with npm's own record of what it installed: no stamp of ours that could be
 * wrong after someone ran npm by hand.
 */
function isInstalled(folder) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const present = readPackages(join(folder, 'node_modules', '.package-lock.json'));
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
