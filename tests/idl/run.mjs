/**
 * The standard's IDL, checked in every kind of global in which it is exposed:
 * `node tests/idl/run.mjs [--browser B[,B…]] [--global G[,G…]] [--only PATTERN] [--dist FOLDER] [--all]`.
 * See tests/README.md.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES, launch } from '../harness/launch.mjs';
import { sleep } from '../harness/process.mjs';
import { startOrigin } from '../server/origin.mjs';
import { GLOBALS, loadStandard } from './describe.mjs';
import { differences } from './differences.mjs';

/** One script of them all, so that each global loads the same. */
const CHECKS = ['harness', 'types', 'surface', 'instances', 'handlers', 'arguments', 'values', 'events', 'run'];
const SILENCE = 20_000;
const ANY = /^/;
const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: ENGINES.join(',') },
    global: { type: 'string', default: Object.keys(GLOBALS).join(',') },
    only: { type: 'string', default: '' },
    dist: { type: 'string', default: here('../../dist') },
    all: { type: 'boolean', default: false },
  },
});
const pattern = new RegExp(values.only, 'i');

/**
 * @typedef {{name: string, pass: boolean, message?: string}} Outcome
 * @typedef {{browser: string, global: string} & Outcome} Result
 */

/** What the checks ask for by relative URLs: there is no answer while the fetch is active. */
const silent = Object.fromEntries(
  ['value', 'a', 'b', '5', '6', '7', 'l,m', 'null', 'undefined'].map((name) => [
    `/idl/${name}`,
    () => sleep(SILENCE).then(() => ''),
  ]),
);

/** @param {string} browserName @param {Awaited<ReturnType<typeof loadStandard>>} standard */
async function runInBrowser(browserName, standard) {
  const origin = await startOrigin({
    roots: { '/idl': here('app'), '/dist': values.dist },
    files: {
      ...silent,
      '/checks.js': CHECKS.map((name) => readFileSync(here(`checks/${name}.js`), 'utf8')).join('\n'),
    },
  });
  const browser = await launch(/** @type {any} */ (browserName));
  try {
    const page = await browser.newPage(`${origin.url}/idl/index.html`);
    await page.evaluate(() => idl.prepare());
    const results = [];
    for (const global of values.global.split(',')) {
      const started = Date.now();
      const interfaces = standard.describe(/** @type {keyof typeof GLOBALS} */ (global));
      /** @type {Outcome[]} */
      const outcomes = await page.evaluate((...args) => idl.runIn(...args), global, interfaces);
      const judged = judge(
        browserName,
        global,
        outcomes.filter(({ name }) => pattern.test(name)),
      );
      tell(browserName, global, judged, Date.now() - started);
      results.push(...judged.filter(({ known }) => !known));
    }
    return results;
  } finally {
    await browser.close();
    await origin.close();
  }
}

/** Turns round what is known to fail. @param {string} browser @param {string} global @param {Outcome[]} outcomes */
function judge(browser, global, outcomes) {
  const expected = differences.filter(
    ({ browsers = ANY, globals = ANY }) => browsers.test(browser) && globals.test(global),
  );
  return outcomes.map((outcome) => {
    const difference = expected.find(({ checks }) => checks.test(outcome.name));
    if (!difference) return outcome;
    if (!outcome.pass) return { ...outcome, known: true };
    return { ...outcome, pass: false, message: `passes, though it should not: ${difference.why}` };
  });
}

/** @param {string} browser @param {string} global @param {(Outcome & {known?: boolean})[]} outcomes @param {number} ms */
function tell(browser, global, outcomes, ms) {
  const known = outcomes.filter((each) => each.known);
  const failed = outcomes.filter((each) => !each.pass && !each.known);
  const differing = known.length ? `, ${known.length} known differences` : '';
  console.log(
    `${failed.length ? 'FAILED ' : 'ok     '} ${browser}  ${global}: ${outcomes.length} checks${differing} (${(ms / 1000).toFixed(1)} s)`,
  );
  for (const { name, message } of failed) console.log(`          ${name}: ${message}`);
  if (!values.all) return;
  for (const { name, pass, message } of outcomes)
    console.log(`          ${pass ? 'ok' : 'not ok'} ${name}${pass ? '' : `: ${message}`}`);
}

const standard = await loadStandard();
const results = [];
if (standard.ourCopyDiffers) console.log(`FAILED  js/api/background-fetch.idl: ${standard.ourCopyDiffers}`);
results.push({ name: 'our copy of the IDL', pass: !standard.ourCopyDiffers });
for (const browser of values.browser.split(',')) {
  try {
    results.push(...(await runInBrowser(browser, standard)));
  } catch (error) {
    console.log(`FAILED  ${browser}: ${/** @type {Error} */ (error).stack}`);
    results.push({ name: browser, pass: false });
  }
}

const failed = results.filter(({ pass }) => !pass).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
