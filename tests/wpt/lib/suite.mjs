/** Runs all tests in one browser, and tells what came of it. */
import { CLASSES, expectations } from '../expectations.mjs';
import { certificateOf } from './checkout.mjs';
import { startProxy } from './proxy.mjs';
import { runTest } from './runner.mjs';
import { startServer } from './serve.mjs';
import { judge } from './verdict.mjs';

/**
 * @typedef {import('./verdict.mjs').Verdict} Verdict
 * @typedef {object} Report
 * @property {string} browser
 * @property {number} passed
 * @property {number} expected failures
 * @property {number} failed against the expectation, or passed against it
 * @property {{name: string, status: string, seconds: number, verdicts: Verdict[]}[]} files
 */

/**
 * @param {import('../../harness/launch.mjs').EngineName} browser
 * @param {object} options
 * @param {string} options.root of the checkout
 * @param {import('./checkout.mjs').WebTest[]} options.tests
 * @param {string} options.python
 * @param {string} options.dist the built package
 * @param {number} options.patience times what WPT gives a file
 * @param {boolean} options.verbose
 * @returns {Promise<Report>}
 */
export async function runSuite(browser, { root, tests, python, dist, patience, verbose }) {
  console.log(`\n${browser}`);
  const server = await startServer(root, python);
  const proxy = await startProxy({
    ports: server.ports,
    certificate: certificateOf(root),
    dist: browser === 'chromium-native' ? null : dist,
  });
  /** @type {Report['files']} */
  const files = [];
  try {
    for (const test of tests) {
      const result = await runTest(browser, test, { ports: server.ports, proxy: proxy.address, patience });
      const verdicts = judge(result, test, browser, expectations);
      files.push({ name: test.name, status: result.status, seconds: result.seconds, verdicts });
      tellFile(result, verdicts, verbose);
    }
  } finally {
    await proxy.close();
    await server.close();
  }
  return sumUp(browser, files);
}

/** @param {import('./runner.mjs').FileResult} result @param {Verdict[]} verdicts @param {boolean} verbose */
function tellFile({ name, status, seconds, console: lines }, verdicts, verbose) {
  const failures = verdicts.filter(({ verdict }) => verdict === 'failed' || verdict === 'surprising');
  const end = status === 'OK' ? '' : `, ${status}`;
  console.log(
    `  ${failures.length ? 'FAILED' : 'ok    '} ${name}: ${verdicts.filter(passed).length} of ${verdicts.filter(isSubtest).length}${end} (${seconds.toFixed(1)} s)`,
  );
  for (const each of failures) console.log(`         ${sentence(each)}`);
  if (failures.length || verbose) for (const line of lines) console.log(`         | ${line}`);
}

/** @param {string} browser @param {Report['files']} files @returns {Report} */
function sumUp(browser, files) {
  const all = files.flatMap(({ verdicts }) => verdicts);
  const count = (/** @type {Verdict['verdict']} */ verdict) => all.filter((each) => each.verdict === verdict).length;
  const expected = all.filter(({ verdict }) => verdict === 'expected');
  console.log(
    `  ${all.filter(passed).length} of ${all.filter(isSubtest).length} subtests passed, ${expected.length} failed as expected`,
  );
  for (const { test, subtest, expectation } of expected) {
    console.log(`    ${test}: ${subtest}\n      ${CLASSES[expectation?.class ?? '']}: ${expectation?.reason}`);
  }
  const crashed = files.filter(({ status }) => status === 'CRASH' || status === 'TIMEOUT').length;
  if (crashed) console.log(`  ${crashed} of the files crashed or timed out`);
  return {
    browser,
    passed: all.filter(passed).length,
    expected: expected.length,
    failed: count('failed') + count('surprising'),
    files,
  };
}

/** @param {Verdict} verdict */
const isSubtest = ({ subtest, status }) => subtest !== '' && status !== 'MISSING';

/** @param {Verdict} verdict */
const passed = (verdict) => isSubtest(verdict) && verdict.status === 'PASS';

/** @param {Verdict} verdict */
function sentence({ subtest, status, message, verdict }) {
  if (verdict === 'surprising') return `${subtest}: passes, though a failure was expected`;
  return `${status} ${subtest || '(the file)'}: ${message}`;
}
