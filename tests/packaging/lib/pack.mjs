/** The package as npm would publish it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packagingDir } from '../../../scripts/lib/node-packages.mjs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';

/** Where apps are put, each in a folder of its own; the package is beside them, and the build tools are above. */
export const appsDir = join(packagingDir, 'apps');

/** @typedef {{tarball: string, files: string[], unpackedSize: number}} Packed */

/** Makes the tarball. @returns {Packed} */
export function pack() {
  mkdirSync(packagingDir, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', packagingDir];
  const [{ filename, files, unpackedSize }] = JSON.parse(
    execFileSync('npm', args, { cwd: fromRoot(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  return {
    tarball: join(packagingDir, filename),
    files: files.map((/** @type {{path: string}} */ { path }) => path),
    unpackedSize,
  };
}

/** Installs it for all apps, as npm does with a package that has no dependencies: unpacks it. @param {Packed} packed */
export function installForApps({ tarball }) {
  rmSync(appsDir, { recursive: true, force: true });
  const modules = join(appsDir, 'node_modules');
  mkdirSync(modules, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', modules]);
  renameSync(join(modules, 'package'), join(modules, 'background-fetch-polyfill'));
}
