/**
 * The subtests that fail, each with its class and reason; all others must pass. `source` is a piece of the
 * test's text without which the entry does not count: tests change under the same name.
 */

/** Whose doing a failure is. */
export const CLASSES = {
  standard: 'the test is against the standard',
  server: 'the test asks what its server does not give',
  engine: 'the browser lacks what the test needs, beside Background Fetch',
  polyfill: 'no script can do it',
  native: "Chromium's own implementation parts from the standard",
};

const POLYFILLED = ['chromium', 'firefox', 'webkit'];
const NATIVE = ['chromium-native'];
const PREFLIGHTS = [
  'Requests with PUT method require CORS Preflight and succeed.',
  'Requests with text/json content type require CORS Preflight and succeed.',
];

/** @type {import('./lib/verdict.mjs').Expectation[]} */
export const expectations = [
  ...PREFLIGHTS.map((subtest) => ({
    test: 'fetch.https.window.html',
    subtest,
    source: "'https://example/com'",
    class: 'server',
    reason: 'there is no host named example, so the request cannot succeed anywhere',
  })),
  ...PREFLIGHTS.map((subtest) => ({
    test: 'fetch.https.window.html',
    subtest,
    source: 'header(Access-Control-Allow-Methods, PUT)',
    class: 'server',
    reason: 'the server of WPT has no OPTIONS for static files: the preflight gets a 404, and fails',
  })),
  {
    test: 'fetch.https.window.html',
    subtest: 'Using Background Fetch to fetch a non-existent resource should fail.',
    browsers: POLYFILLED,
    class: 'standard',
    reason:
      'a response with a bad status is exposed with its body, here the JSON of the server’s 404; the test wants an empty one, which is what Chromium gives',
  },
  {
    test: 'fetch.https.window.html',
    subtest: 'Background Fetch that exceeds the quota throws a QuotaExceededError',
    source: 'promise_rejects_quotaexceedederror',
    browsers: ['firefox', 'webkit'],
    class: 'engine',
    reason:
      'the promise is rejected with a DOMException named QuotaExceededError; the test wants an instance of the interface QuotaExceededError, which these engines do not have yet',
  },
  {
    test: 'fetch.https.window.html',
    subtest: 'Background Fetch that exceeds the quota throws a QuotaExceededError',
    source: 'QUOTA_EXCEEDED_ERR',
    browsers: ['chromium', ...NATIVE],
    class: 'standard',
    reason:
      'the promise is rejected with an instance of the interface QuotaExceededError, as WebIDL has it by now; the test, older than that, wants one of DOMException itself',
  },
  {
    test: 'fetch.https.window.html',
    subtest: 'Responses failing CORS checks are not leaked',
    browsers: NATIVE,
    status: 'TIMEOUT',
    class: 'native',
    reason: 'the test asks a port that nobody listens on; Chromium asks again after 20 s, five times',
  },
  {
    test: 'content-security-policy.https.window.html',
    subtest: 'fetch blocked by CSP should reject',
    browsers: POLYFILLED,
    class: 'polyfill',
    reason: 'the policy is in a <meta> element of the page, which the service worker does not see',
  },
  {
    test: 'content-security-policy.https.window.html',
    subtest: 'fetch blocked by CSP should reject',
    source: 'record.responseReady',
    browsers: NATIVE,
    class: 'native',
    reason: 'fetch() itself rejects, not responseReady',
  },
  {
    test: 'cors.https.window.html',
    subtest: 'Cross-origin response type is cors and non-CORS-exposed headers are filtered',
    browsers: NATIVE,
    class: 'native',
    reason: 'the type is "default"',
  },
];
