/** Runs one test file in a browser of its own: no worker, no fetch and no row of another one is there. */
import { launch } from '../../harness/launch.mjs';

/** As WPT has it, for a machine that does nothing else. */
const SECONDS = { normal: 10, long: 60 };
/** What the end of a test that was called off may take. */
const LAST_WORDS_MS = 5_000;
const HOST = 'web-platform.test';
const SHOWN_LINES = 20;
/** https://web-platform-tests.org/writing-tests/testharness-api.html, by number. */
const FILE_STATUS = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED'];
const STATUS = ['PASS', 'FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'];

/**
 * @typedef {object} Subtest
 * @property {string} name
 * @property {string} status one of STATUS
 * @property {string | null} message
 *
 * @typedef {object} FileResult
 * @property {string} name of the test
 * @property {string} status one of FILE_STATUS, or CRASH: there is no page any more, or it does not answer
 * @property {string | null} message
 * @property {Subtest[]} subtests
 * @property {number} seconds
 * @property {string[]} console
 */

/**
 * @param {import('../../harness/launch.mjs').EngineName} browserName
 * @param {import('./checkout.mjs').WebTest} test
 * @param {{ports: import('./serve.mjs').Ports, proxy: string, patience: number}} options
 * @returns {Promise<FileResult>}
 */
export async function runTest(browserName, test, { ports, proxy, patience }) {
  const started = Date.now();
  /** @type {string[]} */
  const lines = [];
  const url = `${test.secure ? 'https' : 'http'}://${HOST}:${ports[test.secure ? 'https' : 'http'][0]}${test.path}`;
  const timeout = SECONDS[test.long ? 'long' : 'normal'] * 1000 * patience;
  const browser = await launch(browserName, { proxy, anyCertificate: true });
  browser.on('console', ({ type, text }) => lines.push(`${type}: ${text}`));
  let outcome;
  try {
    outcome = reported(await report(await browser.newPage(url), timeout), browserName === 'chromium-native');
  } catch (error) {
    outcome = { status: 'CRASH', message: String(error), subtests: [] };
  } finally {
    await browser.close();
  }
  return { name: test.name, ...outcome, seconds: (Date.now() - started) / 1000, console: lines.slice(-SHOWN_LINES) };
}

/** What testharness.js reports, at the latest when its time is up. @param {import('../../harness/page.mjs').Page} page @param {number} timeout */
async function report(page, timeout) {
  const read = () => self.webTestReport;
  try {
    return await page.waitFor(read, { timeout });
  } catch {
    // Counts the subtests that are not done as timed out, and reports.
    await page.evaluate(() => self.timeout());
    return page.waitFor(read, { timeout: LAST_WORDS_MS });
  }
}

/** @param {any} told by resources/testharnessreport.js @param {boolean} native whether the browser's own is to be tested */
function reported({ status, message, subtests, isNative }, native) {
  if (isNative !== native) throw new Error(`it was ${isNative ? "the browser's own API" : 'the polyfill'} that ran`);
  return {
    status: FILE_STATUS[status] ?? String(status),
    message: message ?? null,
    subtests: subtests.map((/** @type {any} */ each) => ({
      ...each,
      status: STATUS[each.status] ?? String(each.status),
    })),
  };
}
