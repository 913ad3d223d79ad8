/** Servers and networks that misbehave. The bytes are right in the end, or the failure is the standard's. */
import assert from 'node:assert/strict';
import { sleep } from '../../harness/process.mjs';
import { fileSha256 } from '../../server/content.mjs';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';
import { OF_WHAT_IS_SAID } from '../lib/protocols.mjs';

export const protocols = ['h1', 'h2'];

/** What the second version of a file has, by `changeAfter` of the origin. */
const secondVersion = (file) => ({
  ...file,
  url: file.url,
  size: file.size,
  sha256: fileSha256(file.seed + 7919, file.size),
});

/** A download with this fault succeeds with the right bytes. */
const survives = (name, parameters, more = {}) => ({
  name,
  ...more,
  async run(t) {
    const page = await t.open();
    const file = t.file({ size: 5 * MIB, ...parameters });
    await t.fetch(page, 'file', file);
    const timeout = more.timeout ? more.timeout - 5_000 : 25_000;
    await t.expectSuccess(page, 'file', more.changes ? secondVersion(file) : file, { timeout });
    await more.check?.(file, t);
    await t.expectNothingLeft(page);
  },
});

const ranges = (file) => file.requests.map(({ headers }) => headers.range ?? 'whole');

/** What had arrived is not fetched again. */
const isResumed = (file, { isNative }) => {
  if (!isNative) assert.ok(file.sent <= file.size + MIB, `${file.sent} bytes sent for ${file.size}`);
};

const integrityOf = ({ sha256 }) => `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`;

export default [
  {
    name: 'a bad status fails the fetch, with its response',
    async run(t) {
      const page = await t.open();
      for (const status of [404, 403]) {
        await t.fetch(page, `${status}`, t.file({ status }));
        const {
          records: [{ response }],
        } = await t.expectFailure(page, `${status}`, 'bad-status');
        assert.deepEqual([response.status, response.ok], [status, false]);
      }
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a server error without Retry-After fails the fetch at once',
    nativeDiffers: 'it asks again, every 20 s',
    async run(t) {
      const page = await t.open();
      const file = t.file({ status: 500 });
      await t.fetch(page, 'error', file);
      await t.expectFailure(page, 'error', 'bad-status', { timeout: 5_000 });
      assert.equal(file.requests.length, 1);
    },
  },
  {
    name: 'what passes without a word of Retry-After is asked again',
    nativeVaries: 'it asks 5xx again, every 20 s, and fails for others',
    async run(t) {
      const page = await t.open();
      const files = [408, 425, 429, 502, 503, 504].map((status) => t.file({ status, times: 2 }));
      await t.fetch(page, 'passes', files);
      await t.expectSuccess(page, 'passes', files);
      assert.deepEqual(
        files.map(({ requests }) => requests.length),
        files.map(() => 3),
      );
    },
  },
  {
    name: 'the body of a bad status can be read',
    nativeDiffers: 'it is empty',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'body', t.file({ status: 404, body: 'there is no such file' }));
      const {
        records: [{ response }],
      } = await t.expectFailure(page, 'body', 'bad-status');
      assert.equal(response.size, 'there is no such file'.length);
    },
  },
  {
    name: 'one bad status among good ones: the others arrive',
    async run(t) {
      const page = await t.open();
      const [good, bad, slow] = [t.file(), t.file({ status: 404 }), t.file({ rate: 100_000 })];
      await t.fetch(page, 'mixed', [bad, good, slow]);
      const { records } = await t.expectFailure(page, 'mixed', 'bad-status');
      const byUrl = (file) => records.find(({ request }) => request.url === file.url).response;
      assert.deepEqual([byUrl(bad).status, byUrl(good).sha256, byUrl(slow).sha256], [404, good.sha256, slow.sha256]);
    },
  },
  {
    name: 'integrity that does not fit fails',
    nativeDiffers: 'integrity is not checked',
    async run(t) {
      const page = await t.open();
      const [file, other] = [t.file(), t.file()];
      await t.fetch(page, 'integrity', [[file.url, { integrity: integrityOf(other) }]]);
      const { records } = await t.expectFailure(page, 'integrity', 'fetch-error');
      assert.equal(records[0].error, 'TypeError');
    },
  },
  survives(
    '503 with Retry-After is asked again when the server said',
    { status: 503, retryAfter: 2, times: 1 },
    {
      nativeDiffers: 'the fetch fails with bad-status, though the second request succeeds',
      check(file) {
        const [first, second] = file.requests;
        assert.deepEqual(
          file.requests.map(({ status }) => status),
          [503, 200],
        );
        assert.ok(second.at - first.at >= 1_900, `after ${second.at - first.at} ms`);
      },
    },
  ),
  survives(
    '503 with Retry-After: 0 is not asked all the time',
    { status: 503, retryAfter: 0, times: 5 },
    {
      nativeVaries: 'it asks again every 20 s',
      check(file) {
        const [first, last] = [file.requests[0], file.requests.at(-1)];
        assert.equal(file.requests.length, 6);
        // Five waits, of 8 s in all on average; each begins with none at all, so that clients do not come together.
        assert.ok(last.at - first.at >= 500, `after ${last.at - first.at} ms`);
      },
    },
  ),
  survives(
    '429 with the date of Retry-After',
    { status: 429, retryAfter: 'date:3', times: 1 },
    {
      nativeDiffers: 'the fetch fails with bad-status, though the second request succeeds',
    },
  ),
  survives(
    'the connection is cut',
    { rate: 4e6, cut: 3_000_000, times: 1 },
    {
      check(file) {
        assert.match(ranges(file).at(-1), /^bytes=\d+-/, 'the rest only');
        assert.ok(file.sent <= file.size + MIB, `${file.sent} bytes sent for ${file.size}`);
      },
    },
  ),
  survives(
    'the connection is cut again and again',
    { size: 8 * MIB, rate: 6e6, cut: 1_500_000, times: 4 },
    {
      check: (file) => assert.ok(file.sent <= file.size + 4 * MIB, `${file.sent} bytes sent for ${file.size}`),
    },
  ),
  survives('the connection is cut after the head', { cut: 0, times: 2 }),
  {
    name: 'the connection is cut before the head',
    nativeDiffers: 'the fetch fails with bad-status, though the second request succeeds',
    async run(t) {
      const page = await t.open();
      const file = t.file({ delay: 2_000, times: 1 });
      await t.fetch(page, 'headless', file);
      await t.until(() => file.requests.length === 1, 'the request');
      await t.origin.restart();
      await t.expectSuccess(page, 'headless', file);
      assert.deepEqual(
        file.requests.map(({ status }) => status),
        [0, 200],
      );
    },
  },
  survives('the body ends early', { truncate: 2_000_000, times: 1 }),
  ...[
    ['ends early', 'truncate'],
    ['is cut', 'cut'],
  ].map(([what, fault]) =>
    survives(
      `a part of a download at full speed ${what}`,
      { size: 64 * MIB, [fault]: 1_000_000, on: 'range', times: 2 },
      {
        timeout: 60_000,
      },
    ),
  ),
  survives(
    'a silent server',
    { silence: 2_500_000, times: 1 },
    {
      timeout: 75_000,
      nativeDiffers: 'it has more patience',
      check({ requests: [first, second, ...more] }) {
        atMost(second.at - first.at, 45_000, 'ms of silence');
        assert.equal(more.length, 0, 'asked for once more');
      },
    },
  ),
  survives(
    'a server that is silent for 40 s is asked once more at most',
    { silence: 2_500_000, silenceFor: 40_000, times: 1 },
    {
      timeout: 75_000,
      check(file, { isNative }) {
        assert.ok(file.requests.length <= 2, `${file.requests.length} requests`);
        if (!isNative) assert.ok(file.sent <= file.size + 3 * MIB, `${file.sent} bytes sent for ${file.size}`);
      },
    },
  ),
  survives(
    'a server that ignores Range when resumed',
    { cut: 3_000_000, times: 1, fullAfter: 1 },
    {
      ...OF_WHAT_IS_SAID,
      check: (file) => assert.equal(file.requests.at(-1).status, 200),
    },
  ),
  survives('a server without ranges', { cut: 3_000_000, times: 1, ranges: 0 }),
  survives('a server that does not say it has ranges', { cut: 3_000_000, times: 1, acceptRanges: 'omit' }),
  survives(
    'a server that says it has no ranges',
    { cut: 3_000_000, times: 1, acceptRanges: 'none' },
    {
      ...OF_WHAT_IS_SAID,
      check(file, { isNative }) {
        if (!isNative) assert.deepEqual(ranges(file), ['whole', 'whole'], 'it is not asked for any');
      },
    },
  ),
  { name: 'another range than the one asked for, after a cut', ...OF_WHAT_IS_SAID, run: lying('start') },
  { name: 'the wrong bytes under the right range, after a cut', ...OF_WHAT_IS_SAID, run: lying('range') },
  { name: 'a complete length that is another, after a cut', ...OF_WHAT_IS_SAID, run: lying('size') },
  {
    name: 'a complete length that is not known, after a cut',
    nativeDiffers: 'it succeeds with an empty body',
    run: lying('total'),
  },
  survives(
    'another version appears in mid-download',
    { cut: 3_000_000, times: 1, changeAfter: 1 },
    { ...OF_WHAT_IS_SAID, changes: true },
  ),
  survives(
    'another version, with weak validators',
    { cut: 3_000_000, times: 1, changeAfter: 1, etag: 'weak', lastModified: 'recent' },
    { ...OF_WHAT_IS_SAID, changes: true },
  ),
  survives(
    'another version, without validators',
    { cut: 3_000_000, times: 1, changeAfter: 1, etag: 'none', lastModified: 'none' },
    { ...OF_WHAT_IS_SAID, changes: true },
  ),
  survives(
    'another ETag at each request',
    { cut: 3_000_000, times: 2, etag: 'changing', lastModified: 'none' },
    OF_WHAT_IS_SAID,
  ),
  survives(
    'no validators',
    { rate: 4e6, cut: 3_000_000, times: 1, etag: 'none', lastModified: 'none' },
    { check: isResumed },
  ),
  survives(
    'a weak ETag',
    { rate: 4e6, cut: 3_000_000, times: 1, etag: 'weak', lastModified: 'none' },
    { check: isResumed },
  ),
  survives(
    'a Last-Modified of now',
    { cut: 3_000_000, times: 1, etag: 'none', lastModified: 'recent' },
    OF_WHAT_IS_SAID,
  ),
  {
    name: 'a redirect whose target is another file after a cut, under the same ETag',
    ...OF_WHAT_IS_SAID,
    async run(t) {
      const page = await t.open();
      const old = t.file({ size: 5 * MIB, rate: 4e6, cut: 3_000_000, etag: '"same"', lastModified: 'none' });
      const other = t.file({ size: 5 * MIB, etag: '"same"', lastModified: 'none' });
      let hops = 0;
      t.origin.files['/moved'] = () => ({ body: '', status: 302, headers: { location: hops++ ? other.url : old.url } });
      await t.fetch(page, 'moved', `${t.origin.url}/moved`);
      const { result, records } = await t.outcome(page, 'moved');
      assert.deepEqual([result, records[0].response.sha256], ['success', other.sha256]);
      await t.expectNothingLeft(page);
    },
  },
  survives('an old Last-Modified only', { cut: 3_000_000, times: 1, etag: 'none' }),
  survives('no Content-Length, and cut', { cut: 3_000_000, times: 1, chunked: 1 }),
  {
    name: 'with integrity, and cut',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 5 * MIB, rate: 4e6, cut: 3_000_000, times: 1 });
      await t.fetch(page, 'integrity', [[file.url, { integrity: integrityOf(file) }]]);
      await t.expectSuccess(page, 'integrity', file, { timeout: 30_000 });
      if (!t.isNative) assert.ok(file.sent < 1.2 * file.size, `it is resumed: ${file.sent} bytes were sent`);
    },
  },
  {
    name: 'with integrity, and another version after a cut',
    ...OF_WHAT_IS_SAID,
    nativeDiffers: 'integrity is not checked',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 5 * MIB, rate: 4e6, cut: 3_000_000, times: 1, changeAfter: 1 });
      await t.fetch(page, 'integrity', [[file.url, { integrity: integrityOf(file) }]]);
      await t.expectFailure(page, 'integrity', 'fetch-error', { timeout: 30_000 });
    },
  },
  survives('compressed, and cut', { gzip: 1, cut: 2_000_000, times: 1 }),
  {
    name: 'started while the server cannot be reached',
    nativeVaries: 'the fetch may fail with bad-status, though a later request succeeds',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: MIB });
      await t.origin.setOffline(true);
      await t.fetch(page, 'later', file);
      await sleep(3_000);
      assert.equal((await page.evaluate(() => app.state('later'))).result, '');
      await t.origin.setOffline(false);
      await t.expectSuccess(page, 'later', file, { timeout: 30_000 });
    },
  },
  {
    name: 'the server is away for 4 s in mid-download, which costs less than 10 s',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 10 * MIB, rate: 4e6 });
      const begun = performance.now();
      await t.fetch(page, 'back', file);
      await t.until(() => file.sent > 4_000_000, 'some bytes');
      await t.origin.setOffline(true);
      await sleep(4_000);
      await t.origin.setOffline(false);
      await t.expectSuccess(page, 'back', file, { timeout: 30_000 });
      const seconds = (performance.now() - begun) / 1000;
      if (!t.isNative) atMost(seconds, (10 * MIB) / 4e6 + 10, 'seconds');
      atMost(file.sent, 1.2 * file.size, 'bytes sent');
    },
  },
  {
    name: 'a host that is never there fails in the end',
    skip: 'by design after seven days, where nothing else answers either; crates/engine tests it on a virtual clock',
    async run() {},
  },
];

/** The rest of a file that was cut is answered once with a lie: none of it may be believed. */
function lying(lie) {
  return async (t) => {
    const page = await t.open();
    // The whole response is cut at first by going offline, as the origin has one fault at a time.
    const file = t.file({ size: 6 * MIB, rate: 3e6, lie, on: 'range', times: 1 });
    await t.fetch(page, 'lie', file);
    await t.until(() => file.sent > 4_000_000, 'some bytes');
    await t.origin.restart(100);
    await t.expectSuccess(page, 'lie', file, { timeout: 30_000 });
    assert.match(ranges(file)[1] ?? '', /^bytes=/, 'the rest was asked for');
  };
}
