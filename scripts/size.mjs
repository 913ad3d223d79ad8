// What the bundles weigh, and whether that is within the budget: `npm run size [-- --json FILE]`.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fromRoot } from './lib/paths.mjs';
import { exitWith } from './lib/run.mjs';

const kilobyte = 1000;

/** The entries, the files that each loads, and the most they may weigh minified and after brotli. */
const entries = [
  { entry: 'page, classic', files: ['window.js'], budget: 6 * kilobyte },
  { entry: 'page, module', files: ['window.mjs'], budget: 6 * kilobyte },
  { entry: 'worker, classic', files: ['sw.js'], budget: 80 * kilobyte },
  { entry: 'worker, module', files: ['sw.mjs'], budget: 80 * kilobyte },
  { entry: 'page, ponyfill', files: ['ponyfill.mjs'], budget: 6 * kilobyte },
  { entry: 'extras', files: ['extras.mjs'], budget: 4 * kilobyte },
  // Which extras.mjs imports.
  { entry: 'inspection', files: ['inspect.mjs'], budget: 4 * kilobyte },
  { entry: 'worker, ponyfill', files: ['ponyfill.sw.mjs'], budget: 80 * kilobyte },
  // Its wasm is a plain file, which compresses less than what the others have inlined.
  { entry: 'worker, slim', files: ['sw.slim.mjs', 'background_fetch.wasm'], budget: 87 * kilobyte },
  { entry: 'offline', files: ['offline.mjs'], budget: 4 * kilobyte },
  { entry: 'elements', files: ['downloads.mjs'], budget: 9 * kilobyte },
  { entry: 'notifications', files: ['notifications.mjs'], budget: 4 * kilobyte },
  { entry: 'aliases', files: ['aliases.mjs'], budget: 4 * kilobyte },
];

function measure({ entry, files, budget }) {
  const sizes = files.map((name) => weigh(readFileSync(fromRoot('dist', name))));
  const sum = (key) => sizes.reduce((total, size) => total + size[key], 0);
  const brotli = sum('brotli');
  const row = { entry, files, raw: sum('raw'), gzip: sum('gzip'), brotli, budget };
  return { ...row, ok: brotli <= budget };
}

function weigh(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

function print(rows) {
  const number = (value) => value.toLocaleString('en').padStart(9);
  console.log(`${'entry (bytes, minified)'.padEnd(46)}      raw     gzip   brotli   budget`);
  for (const { entry, files, raw, gzip, brotli, budget, ok } of rows) {
    const name = `${entry.padEnd(16)} ${files.join(' + ')}`.padEnd(46);
    const numbers = [raw, gzip, brotli, budget].map(number).join('');
    console.log(`${name}${numbers}  ${ok ? 'ok' : 'OVER BUDGET'}`);
  }
}

try {
  const { values } = parseArgs({ options: { json: { type: 'string' } } });
  const rows = entries.map(measure);
  print(rows);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  const over = rows.filter(({ ok }) => !ok);
  // The closing line of a test run, because this is one of its stages.
  console.log(`${rows.length - over.length} passed, ${over.length} failed`);
  if (over.length > 0) process.exitCode = 1;
} catch (error) {
  exitWith(error);
}
