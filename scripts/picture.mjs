/**
 * The picture of the demo in the README: `node scripts/picture.mjs [--out docs/demo.webp]`. Chromium, with its own API
 * switched off, has one item, plays it, and fetches another.
 */
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { launch } from '../tests/harness/launch.mjs';
import { buildPolyfill, serveDemo } from './demo/serve.mjs';
import { fromRoot } from './lib/paths.mjs';
import { exitWith, PlainError, say } from './lib/run.mjs';

/** Bytes a second: slow enough to be seen at work. */
const RATE = 24e6;
/** How much of the other is there. */
const PART = 0.4;
const PATIENCE = 180_000;
/** It is loaded by whoever reads the README. */
const MOST = 60_000;

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string', default: fromRoot('docs', 'demo.webp') } } });
  await buildPolyfill();
  const demo = await serveDemo({ port: 0, mediaPort: 0, rate: RATE, log: say });
  const browser = await launch('chromium', { args: ['--window-size=1200,700', '--hide-scrollbars'] });
  try {
    const page = await browser.newPage(demo.url);
    await page.waitFor(() => document.documentElement.dataset.ready, { timeout: PATIENCE });
    const [first, second] = demo.library.items;
    await press(page, second, 'download');
    await page.waitFor(isStored, { timeout: PATIENCE, args: [second.id] });
    await press(page, second, 'play');
    await press(page, first, 'download');
    await page.waitFor(isUnderWay, { timeout: PATIENCE, args: [first.id, PART] });
    await page.screenshot(values.out);
  } finally {
    await browser.close();
    await demo.close();
  }
  const { size } = statSync(values.out);
  if (size > MOST) throw new PlainError(`${values.out} has ${size} bytes, and not ${MOST} at most.`);
  say(`${values.out}: ${size} bytes`);
}

const press = (page, { id }, action) =>
  page.evaluate(
    (of, name) => document.querySelector(`[data-item="${of}"] [data-action="${name}"]`).click(),
    id,
    action,
  );

// These run in the page.

const isStored = (id) => document.querySelector(`[data-item="${id}"]`).dataset.state === 'stored';

const isUnderWay = (id, part) => document.querySelector(`[data-item="${id}"] progress`).value >= part;

main().then(() => process.exit(), exitWith);
