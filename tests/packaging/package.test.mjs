/** What is published: the files, and that each tool finds its way in. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { packagingDir } from '../../scripts/lib/node-packages.mjs';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { pack } from './lib/pack.mjs';

const manifest = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));

/** @type {import('./lib/pack.mjs').Packed} */
let packed;
before(() => {
  packed = pack();
});

const script = (/** @type {string} */ name) => [`dist/${name}`, `dist/${name}.map`];

const FILES = [
  'CHANGELOG.md',
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'README.md',
  'custom-elements.json',
  'package.json',
  ...['copy', 'doctor', 'main', 'plain-error', 'probe', 'verdict', 'visible'].map((name) => `cli/${name}.mjs`),
  ...[
    'window.js',
    'window.mjs',
    'sw.js',
    'sw.mjs',
    'sw.slim.mjs',
    'ponyfill.mjs',
    'ponyfill.sw.mjs',
    'extras.mjs',
    'inspect.mjs',
    'aliases.mjs',
    'offline.mjs',
    'downloads.mjs',
    'downloads.element.mjs',
    'notifications.mjs',
  ].flatMap(script),
  'dist/background_fetch.wasm',
  ...[
    'index',
    'service-worker',
    'sw',
    'sw.slim',
    'types',
    'window',
    'ponyfill',
    'ponyfill.sw',
    'extras',
    'aliases',
    'alias-names',
    'offline',
    'downloads',
    'downloads.element',
    'notifications',
  ].map((name) => `dist/${name}.d.ts`),
];

test('npm pack ships these files and no others', () => {
  assert.deepEqual([...packed.files].sort(), [...FILES].sort());
});

/** All strings in a value, however deep. @param {unknown} value @returns {string[]} */
const strings = (value) => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(strings));

describe('package.json', () => {
  const { exports, main, types, unpkg, jsdelivr, bin, sideEffects } = manifest;

  test('names only files that are shipped', () => {
    const named = strings([exports, main ?? [], types, unpkg, jsdelivr, bin, sideEffects]);
    const missing = named.map((path) => path.replace(/^\.\//, '')).filter((path) => !packed.files.includes(path));
    assert.deepEqual(missing, []);
  });

  test('has the types first, and no condition for Node.js', () => {
    for (const [entry, target] of Object.entries(exports)) {
      if (typeof target === 'string') continue;
      assert.equal(Object.keys(target)[0], 'types', entry);
      assert.ok(!('node' in target), entry);
    }
  });

  test('asks for no version of Node.js, and has no dependency', () => {
    const { engines, dependencies, peerDependencies, optionalDependencies } = manifest;
    assert.deepEqual([engines, dependencies, peerDependencies, optionalDependencies], Array(4).fill(undefined));
  });

  test('is at the version of the newest entry of the changelog, or that is still to come', () => {
    const [, newest] = /^## (\S+)/m.exec(readFileSync(fromRoot('CHANGELOG.md'), 'utf8')) ?? [];
    assert.ok(newest === 'Unreleased' || newest === manifest.version, newest);
  });

  test('has a command that may be run', () => {
    assert.ok(statSync(fromRoot(bin['background-fetch-polyfill'])).mode & 0o100);
  });
});

test('npm installs it, and npx finds its command', () => {
  const app = mkdtempSync(join(tmpdir(), 'app-'));
  try {
    writeFileSync(join(app, 'package.json'), '{ "private": true }');
    const call = (/** @type {string} */ program, /** @type {string[]} */ args) =>
      execFileSync(program, args, { cwd: app, encoding: 'utf8', timeout: 120_000 });
    call('npm', ['install', '--offline', '--no-audit', '--no-fund', packed.tarball]);
    mkdirSync(join(app, 'public'));
    const printed = call('npx', ['--offline', '--no', 'background-fetch-polyfill', 'copy', 'public']);
    assert.match(printed, /importScripts/);
    assert.ok(existsSync(join(app, 'public', 'background-fetch-polyfill', 'sw.js')));
  } finally {
    rmSync(app, { recursive: true });
  }
});

/** @param {string} tool of the packaging tools @param {string[]} args */
function run(tool, args) {
  const bin = join(packagingDir, 'node_modules', '.bin', tool);
  assert.ok(existsSync(bin), `${tool} is missing: npm run setup`);
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: packagingDir, encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, stdout + stderr);
}

test('publint finds nothing', () => run('publint', ['--strict', packed.tarball]));

test('attw finds nothing', () => {
  // A file of WebAssembly is no module, and has no types.
  run('attw', ['--profile', 'esm-only', '--exclude-entrypoints', 'background_fetch.wasm', '--', packed.tarball]);
});
