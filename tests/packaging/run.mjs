/**
 * The package in every build: `node tests/packaging/run.mjs [--only PATTERN] [--browser B[,B…]] [--lanes N] [--list]`.
 * See tests/README.md.
 */
import { parseArgs } from 'node:util';
import { ENGINES, launch } from '../harness/launch.mjs';
import { build } from './lib/build.mjs';
import { checkFiles, checkInBrowser } from './lib/check.mjs';
import { installForApps, pack } from './lib/pack.mjs';
import { checkPlayback } from './lib/play.mjs';
import { serve } from './lib/serve.mjs';
import { setups } from './lib/setups.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    browser: { type: 'string', default: ENGINES.join(',') },
    lanes: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
  },
});

const pattern = new RegExp(values.only, 'i');
const chosen = setups.filter(({ name }) => pattern.test(name));
if (values.list) {
  for (const { name } of chosen) console.log(name);
  process.exit();
}

const counts = { passed: 0, failed: 0 };

/** Runs a check, and says how it went. @param {string} title @param {() => Promise<string | void>} work */
async function check(title, work) {
  const started = Date.now();
  const tell = (/** @type {string} */ mark, found = '') =>
    console.log(`${mark} ${title}${found && `: ${found}`} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  try {
    tell('ok     ', (await work()) || '');
    counts.passed += 1;
  } catch (error) {
    counts.failed += 1;
    tell('FAILED ', String(/** @type {Error} */ (error).message).replaceAll('\n', '\n    '));
  }
}

/** @param {import('./lib/setups.mjs').Setup} setup */
async function runSetup(setup) {
  /** @type {Awaited<ReturnType<typeof serve>> | undefined} */
  let served;
  await check(setup.name, async () => {
    const folder = await build(setup);
    const found = checkFiles(setup, folder);
    served = await serve(setup, folder);
    return found;
  });
  if (!served) return;
  for (const browser of browsers) {
    const work = () => (setup.readme ? checkPlayback(browser, served) : checkInBrowser(setup, browser, served));
    await check(`${setup.name}, in ${browser.name}`, () => heard(browser, served, work));
  }
  await served.close();
}

/** Adds what the consoles said to an error. */
async function heard(browser, { app }, work) {
  /** @type {string[]} */
  const lines = [];
  const hear = ({ text, source }) => lines.push(`${source}: ${text}`);
  browser.on('console', hear);
  try {
    await work();
  } catch (error) {
    const all = lines.filter((line) => line.includes(new URL(app).host) || !line.includes('://localhost'));
    throw new Error([/** @type {Error} */ (error).message, ...all].join('\n'));
  } finally {
    browser.off('console', hear);
  }
}

installForApps(pack());
const names = /** @type {import('../harness/launch.mjs').EngineName[]} */ (values.browser.split(','));
const browsers = await Promise.all(names.map((name) => launch(name)));
// The slowest to build first, so that nothing is waited for alone at the end.
const waiting = [...chosen].sort((a, b) => Number(b.isSlow ?? false) - Number(a.isSlow ?? false));
const lane = async () => {
  for (let setup = waiting.shift(); setup; setup = waiting.shift()) await runSetup(setup);
};
await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
await Promise.all(browsers.map((browser) => browser.close()));
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
// Browsers and servers are closed; nothing that hangs may keep the stage from ending.
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
