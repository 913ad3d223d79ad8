// A long download, kept going by a page that nobody looks at, or that its worker does not control.
//
//   node tests/endurance/keep-alive.mjs [--browser chromium|firefox|webkit] [--page hidden|uncontrolled]
//                                       [--minutes 10]
//
// Not part of `npm test`, for it takes its minutes. Prints one line of JSON; exit code 0 only if the
// bytes are right.

import { parseArgs } from 'node:util';

import { launch } from '../harness/launch.mjs';
import { fileSha256 } from '../server/content.mjs';
import { startOrigin } from '../server/origin.mjs';

const RATE = 500_000;

const { values: options } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    page: { type: 'string', default: 'hidden' },
    minutes: { type: 'string', default: '10' },
  },
});
const seconds = Number(options.minutes) * 60;
const size = RATE * seconds;

const origin = await startOrigin({ roots: { '/dist': 'dist', '/': 'tests/endurance/app' } });
const browser = await launch(options.browser);
try {
  const report = await run();
  console.log(JSON.stringify(report));
  process.exitCode = report.sha256_ok ? 0 : 1;
} finally {
  await browser.close();
  await origin.close();
}

async function run() {
  // The worker's scope is /scope/: a page outside of it is never controlled.
  const folder = options.page === 'hidden' ? '/scope/' : '/';
  const page = await browser.newPage(`${origin.url}${folder}index.html`);
  await page.evaluate(register);
  if (options.page === 'hidden') await page.reload();
  const controlled = await page.evaluate(() => navigator.serviceWorker.controller !== null);
  const started = Date.now();
  await page.evaluate(start, `/file?size=${size}&seed=3&rate=${RATE}&key=long`);
  if (options.page === 'hidden') await page.hide();
  const result = await page.waitFor(outcome, { timeout: (seconds + 300) * 1000, every: 5000 });
  return {
    browser: options.browser,
    page: options.page,
    controlled,
    hidden: await page.evaluate(() => document.hidden),
    bytes: result.bytes,
    sha256_ok: result.sha256 === fileSha256(3, size),
    bytes_sent_over_size: Number((origin.bytesSent('long') / size).toFixed(3)),
    worker_starts: result.starts,
    seconds: Math.round((Date.now() - started) / 1000),
    at_least: seconds,
  };
}

async function register() {
  await navigator.serviceWorker.register('/scope/sw.js');
  const registration = await navigator.serviceWorker.getRegistration('/scope/');
  while (!registration.active || registration.active.state !== 'activated') {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function start(url) {
  const registration = await navigator.serviceWorker.getRegistration('/scope/');
  await registration.backgroundFetch.fetch('long', url);
}

async function outcome() {
  const entry = await caches.match('/outcome', { cacheName: 'outcome' });
  return entry ? entry.json() : null;
}
