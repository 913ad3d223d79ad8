/**
 * The public web-platform-tests of Background Fetch, from a checkout that the caller has:
 * `npm run wpt -- --wpt DIR --browser chromium|firefox|webkit|chromium-native[,…] [--json FILE]
 * [--only PATTERN] [--patience N] [--dist FOLDER] [--list] [--verbose]`. See README.md.
 *
 * Node built-ins only, until it is known that there is something to run.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { setUp } from '../../scripts/lib/plans.mjs';
import { capture, exitWith, PlainError, run, which } from '../../scripts/lib/run.mjs';
import { findCheckout, listTests } from './lib/checkout.mjs';

const BROWSERS = ['chromium', 'firefox', 'webkit', 'chromium-native'];
const NOTHING_TO_RUN = 2;

async function main() {
  const options = readOptions();
  const root = findCheckout(options.places);
  if (!root) {
    console.error(
      `There is no checkout of web-platform-tests at ${options.places.join(' or ')}: say where with --wpt DIR.`,
    );
    process.exit(NOTHING_TO_RUN);
  }
  const tests = listTests(root).filter(({ name }) => options.pattern.test(name));
  if (options.list) return void console.log(tests.map(({ name }) => name).join('\n'));
  const python = process.env.WPT_PYTHON ?? 'python3';
  if (!which(python, process.env.PATH))
    throw new PlainError(`The checkout's server needs Python: there is no ${python}.`);
  if (options.build) await build();

  const version = versionOf(root);
  console.log(`web-platform-tests ${version ?? 'of unknown age'}: ${tests.length} files`);
  const { runSuite } = await import('./lib/suite.mjs');
  const reports = [];
  for (const browser of options.browsers) reports.push(await runSuite(browser, { ...options, root, tests, python }));
  if (options.json) writeFileSync(options.json, JSON.stringify({ version, reports }, null, 1));
  const sum = (/** @type {'passed' | 'failed'} */ key) => reports.reduce((total, report) => total + report[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  // Nothing that hangs may keep it from ending.
  process.exit(sum('failed') > 0 || sum('passed') === 0 ? 1 : 0);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      wpt: { type: 'string' },
      browser: { type: 'string', default: BROWSERS.slice(0, 3).join(',') },
      json: { type: 'string' },
      only: { type: 'string', default: '' },
      patience: { type: 'string', default: '3' },
      dist: { type: 'string', default: fromRoot('dist') },
      build: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  const browsers = values.browser.split(',');
  if (!browsers.every((each) => BROWSERS.includes(each)))
    throw new PlainError(`--browser takes ${BROWSERS.join(', ')}.`);
  const patience = Number(values.patience);
  if (!(patience > 0)) throw new PlainError('--patience takes a number above 0.');
  return {
    ...values,
    places: values.wpt ? [values.wpt] : [process.env.WPT_DIR, fromRoot('../wpt')].filter((each) => each !== undefined),
    browsers: /** @type {import('../harness/launch.mjs').EngineName[]} */ (browsers),
    pattern: new RegExp(values.only),
    patience,
    dist: resolve(values.dist),
  };
}

async function build() {
  await setUp('test');
  await run(process.execPath, [fromRoot('scripts/build.mjs')]);
}

/** @param {string} root @returns {string | undefined} the commit with its date */
function versionOf(root) {
  if (!existsSync(join(root, '.git'))) return undefined;
  return capture('git', ['-C', root, 'log', '-1', '--format=%h of %cs']);
}

main().catch(exitWith);
