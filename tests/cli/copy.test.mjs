/** `background-fetch-polyfill copy`. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { cli } from './run.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const copied = () => readdirSync(join(folder, 'background-fetch-polyfill')).sort();

test('puts the classic scripts there, and says which lines load them', async () => {
  const { code, text } = await cli('copy', folder);
  assert.equal(code, 0, text);
  assert.deepEqual(copied(), ['sw.js', 'window.js']);
  for (const name of copied()) {
    assert.deepEqual(
      readFileSync(join(folder, 'background-fetch-polyfill', name)),
      readFileSync(fromRoot('dist', name)),
    );
  }
  assert.match(text, /<script src="\/background-fetch-polyfill\/window\.js"><\/script>/);
  assert.match(text, /importScripts\('\/background-fetch-polyfill\/sw\.js'\);/);
});

test('does nothing the second time, and replaces what is another version', async () => {
  await cli('copy', folder);
  appendFileSync(join(folder, 'background-fetch-polyfill', 'sw.js'), '// of last year');
  const second = await cli('copy', folder);
  assert.match(second.text, /window\.js is up to date\n.*sw\.js updated/);
  const third = await cli('copy', folder);
  assert.deepEqual([third.code, third.text.match(/is up to date/g)?.length], [0, 2]);
});

for (const [option, names] of Object.entries({
  '--modules': ['sw.mjs', 'window.mjs'],
  '--slim': ['background_fetch.wasm', 'sw.slim.mjs', 'window.mjs'],
})) {
  test(`${option} copies ${names.join(', ')}`, async () => {
    const { code, text } = await cli('copy', folder, option);
    assert.equal(code, 0, text);
    assert.deepEqual(copied(), names);
    for (const name of names.filter((name) => name.endsWith('.mjs'))) {
      assert.ok(text.includes(`/background-fetch-polyfill/${name}`), text);
    }
    assert.match(text, /type: 'module'/);
  });
}

test('--maps copies the source maps, too', async () => {
  await cli('copy', folder, '--maps');
  assert.deepEqual(copied(), ['sw.js', 'sw.js.map', 'window.js', 'window.js.map']);
});

for (const [what, args] of Object.entries({
  'a folder that is not there': ['copy', '/no/such/folder'],
  'no folder': ['copy'],
  'two kinds at once': ['copy', '.', '--slim', '--modules'],
  'an unknown option': ['copy', '.', '--all'],
  'an unknown command': ['paste'],
})) {
  test(`${what} is refused in one sentence`, async () => {
    const { code, text } = await cli(...args);
    assert.equal(code, 1);
    assert.doesNotMatch(text, /\n +at /);
  });
}

test('without a command it says what there is', async () => {
  const { code, text } = await cli();
  assert.deepEqual([code, /copy FOLDER/.test(text), /doctor URL/.test(text)], [0, true, true]);
});
