/** The guide to testing tests the example in Chromium, as it says. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { browserPath } from '../../scripts/lib/browsers.mjs';
import { fromRoot, targetDir } from '../../scripts/lib/paths.mjs';
import { startOrigin } from '../server/origin.mjs';
import { blocksOf } from './blocks.mjs';

const LAST = 'await browser.close();\n';

/** What the guide takes for granted: puppeteer, which has a browser of its own, and the port. */
const setting = `
  import core from ${JSON.stringify(import.meta.resolve('puppeteer-core'))};
  const puppeteer = {
    launch: ({ args }) => core.launch({ executablePath: ${JSON.stringify(browserPath('chromium'))}, args: [...args, '--no-sandbox'] }),
  };
`;

/** Both blocks, one after the other, before the browser is closed. @param {string} url */
function scriptOf(url) {
  const [first, second] = blocksOf('docs/guides/testing.md').map(({ code }) => code);
  assert.ok(first.endsWith(LAST));
  return `${first.slice(0, -LAST.length)}${second}${LAST}`
    .replace("import puppeteer from 'puppeteer';\n", setting)
    .replace('http://localhost:8000/', url);
}

test('it finds the film in the cache, and stops the worker', { timeout: 60_000 }, async () => {
  const roots = { '/': fromRoot('examples', 'plain'), '/background-fetch-polyfill': fromRoot('dist') };
  const origin = await startOrigin({ roots, files: { '/film.mp4': Buffer.alloc(1 << 20, 'film') } });
  const folder = join(targetDir, 'docs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'testing.mjs');
  writeFileSync(file, scriptOf(`${origin.url}/`));
  try {
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'pipe'], timeout: 50_000 });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 0, errors);
  } finally {
    await origin.close();
  }
});
