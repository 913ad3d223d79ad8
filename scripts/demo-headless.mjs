/**
 * The demo without a person: `npm run demo:headless -- --browser chromium|firefox|webkit|chromium-native
 * [--screenshot FILE] [--throttle 14MB] [--timeout 300] [--server auto|node] [--verbose]`.
 * Gets the chart of two thousand tiles and a film, then the longest episode, stops the worker twice and cuts the network
 * once on its way, looks each time at the list, compares every byte that is kept, and ends with one line of JSON. At last
 * there is no network and no worker: the page is opened again, and the film is played and sought in.
 */
import { parseArgs } from 'node:util';

import { launch } from '../tests/harness/launch.mjs';
import { parseRate, serveDemo } from './demo/serve.mjs';
import { Visit } from './demo/visit.mjs';
import { exitWith, PlainError } from './lib/run.mjs';

const BROWSERS = /** @type {const} */ (['chromium', 'firefox', 'webkit', 'chromium-native']);

function options() {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      screenshot: { type: 'string' },
      throttle: { type: 'string', default: '14MB' },
      timeout: { type: 'string', default: '300' },
      server: { type: 'string', default: 'auto' },
      dist: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const browser = BROWSERS.find((each) => each === values.browser);
  if (!browser) throw new PlainError(`--browser takes one of ${BROWSERS.join(', ')}.`);
  const seconds = Number(values.timeout);
  if (!(seconds > 0)) throw new PlainError('--timeout takes a number of seconds.');
  return { ...values, browser, seconds, rate: parseRate(values.throttle) };
}

async function main() {
  const { browser: name, screenshot, rate, dist, server, seconds, verbose } = options();
  const say = (/** @type {string} */ line) => console.error(`demo: ${line}`);
  const demo = await serveDemo({ port: 0, mediaPort: 0, rate, dist, server, log: say });
  say(`${name}, media by ${demo.serverName}, ${rate / 1e6} MB/s`);
  const browser = await launch(name, { log: verbose ? say : undefined });
  if (verbose) browser.on('console', ({ type, text }) => say(`[${type}] ${text}`));
  const visit = new Visit({ demo, browser, say, deadline: Date.now() + seconds * 1000 });
  try {
    await visit.go();
    if (screenshot) await visit.screenshot(screenshot);
  } catch (error) {
    say(error instanceof PlainError ? error.message : `${error.stack}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
    await demo.close();
  }
  const report = visit.report();
  if (!report.sha256_ok) process.exitCode = 1;
  console.log(JSON.stringify(report));
}

main().then(() => process.exit(), exitWith);
