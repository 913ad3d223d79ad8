/** What was expected against what came. */

/**
 * @typedef {object} Expectation of a failure
 * @property {string} test name of the test
 * @property {string} subtest
 * @property {string[]} [browsers] those it is for; all by default
 * @property {string} [source] the test must say this for it to apply: tests change under the same name
 * @property {'TIMEOUT'} [status] how it fails, if it hangs
 * @property {string} class one of CLASSES in expectations.mjs
 * @property {string} reason
 * @property {true} [varies] it passes at times, for that reason
 *
 * @typedef {object} Verdict on one subtest
 * @property {string} test
 * @property {string} subtest '' is the file as a whole
 * @property {string} status
 * @property {string | null} message
 * @property {'passed' | 'expected' | 'failed' | 'surprising'} verdict surprising: passed against the expectation
 * @property {Expectation} [expectation]
 */

/**
 * @param {import('./runner.mjs').FileResult} result @param {import('./checkout.mjs').WebTest} test
 * @param {string} browser @param {Expectation[]} expectations
 * @returns {Verdict[]} one for each subtest, and one for the file if that did not end well
 */
export function judge(result, test, browser, expectations) {
  const fitting = expectations.filter((each) => applies(each, test, browser));
  const verdicts = result.subtests.map(({ name, status, message }) =>
    judgeOne(
      { test: test.name, subtest: name, status, message },
      fitting.find((each) => each.subtest === name),
    ),
  );
  const missing = fitting
    .filter(({ subtest }) => !result.subtests.some(({ name }) => name === subtest))
    .map(({ subtest }) => failure(test.name, subtest, 'MISSING', 'the expectation is for a subtest that did not run'));
  // One subtest that hangs is enough for the file to be called so.
  const hangs = result.status === 'TIMEOUT' && fitting.some(({ status }) => status === 'TIMEOUT');
  const isWell = (result.status === 'OK' || hangs) && result.subtests.length > 0;
  const whole = isWell ? [] : [failure(test.name, '', result.status, result.message ?? 'no message')];
  return [...whole, ...verdicts, ...missing];
}

/** @param {Expectation} expectation @param {import('./checkout.mjs').WebTest} test @param {string} browser */
function applies({ test: name, browsers, source }, test, browser) {
  return name === test.name && (browsers?.includes(browser) ?? true) && (!source || test.source.includes(source));
}

/** @param {Omit<Verdict, 'verdict'>} outcome @param {Expectation | undefined} expectation @returns {Verdict} */
function judgeOne(outcome, expectation) {
  if (!expectation) return { ...outcome, verdict: outcome.status === 'PASS' ? 'passed' : 'failed' };
  if (outcome.status === 'PASS')
    return { ...outcome, verdict: expectation.varies ? 'passed' : 'surprising', expectation };
  return {
    ...outcome,
    verdict: outcome.status === (expectation.status ?? 'FAIL') ? 'expected' : 'failed',
    expectation,
  };
}

/** @returns {Verdict} */
const failure = (
  /** @type {string} */ test,
  /** @type {string} */ subtest,
  /** @type {string} */ status,
  /** @type {string} */ message,
) => ({ test, subtest, status, message, verdict: 'failed' });
