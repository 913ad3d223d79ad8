/** Files of other origins. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';
import { OF_WHAT_IS_SAID } from '../lib/protocols.mjs';

export const protocols = ['h1', 'h2'];

// As slow as a network: what has come when the connection is lost has been read.
const CUT = { size: 5 * MIB, rate: 4e6, cut: 3_000_000, times: 1 };
const preflights = (origin) => origin.requests().filter(({ method }) => method === 'OPTIONS').length;

export default [
  {
    name: 'with CORS',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ cors: 1, expose: 1, headers: '{"x-test":"exposed"}' }, other);
      await t.fetch(page, 'cors', file);
      const {
        records: [{ response }],
      } = await t.expectSuccess(page, 'cors', file);
      assert.equal(response.url, file.url);
      assert.equal(preflights(other), 0);
    },
  },
  {
    name: 'the type and the exposed headers of a response with CORS',
    nativeDiffers: 'the type is "default"',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const [exposed, hidden] = [1, 0].map((expose) => t.file({ cors: 1, expose, headers: '{"x-test":"a"}' }, other));
      await t.fetch(page, 'headers', [exposed, hidden]);
      const { records } = await t.expectSuccess(page, 'headers', [exposed, hidden]);
      assert.deepEqual(
        records.map(({ response }) => [response.type, response.headers['x-test']]),
        [
          ['cors', 'a'],
          ['cors', undefined],
        ],
      );
    },
  },
  {
    name: 'cut, with exposed validators: resumed without a preflight',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ ...CUT, cors: 1, expose: 1 }, other);
      await t.fetch(page, 'exposed', file);
      await t.expectSuccess(page, 'exposed', file, { timeout: 30_000 });
      assert.ok(file.sent <= file.size + MIB, `${file.sent} bytes sent for ${file.size}`);
      assert.equal(preflights(other), 0);
    },
  },
  {
    name: 'cut, with hidden validators',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ ...CUT, cors: 1 }, other);
      await t.fetch(page, 'hidden', file);
      await t.expectSuccess(page, 'hidden', file, { timeout: 30_000 });
      assert.equal(preflights(other), 0);
    },
  },
  {
    name: 'cut, small, with everything hidden and no length',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ size: 44_707, rate: 100_000, cut: 13_662, times: 1, cors: 1, chunked: 1 }, other);
      await t.fetch(page, 'hidden', file);
      await t.expectSuccess(page, 'hidden', file, { timeout: 30_000 });
      assert.ok(file.requests.length <= 6, `${file.requests.length} requests`);
    },
  },
  {
    name: 'another version appears behind hidden validators',
    ...OF_WHAT_IS_SAID,
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ ...CUT, cors: 1, changeAfter: 1 }, other);
      await t.fetch(page, 'changed', file);
      const {
        records: [{ response }],
      } = await t.outcome(page, 'changed', { timeout: 30_000 });
      const second = t.file({ seed: file.seed + 7919, size: file.size });
      assert.equal(response.sha256, second.sha256);
    },
  },
  {
    name: 'without CORS fails',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      await t.fetch(page, 'refused', t.file({}, other));
      const {
        records: [{ response }],
      } = await t.expectFailure(page, 'refused', 'fetch-error', { timeout: 30_000 });
      assert.equal(response, undefined);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a server that is not there fails soon, one that is restarted does not',
    nativeDiffers: 'it asks again, every 20 s',
    async run(t) {
      const page = await t.open();
      const [gone, restarted] = [await t.startOrigin(), await t.startOrigin()];
      const file = t.file({ cors: 1 }, restarted);
      await gone.setOffline(true);
      await restarted.setOffline(true);
      await t.fetch(page, 'gone', t.file({ cors: 1 }, gone));
      await t.fetch(page, 'restarted', file);
      await restarted.setOffline(false);
      await t.expectSuccess(page, 'restarted', file);
      await t.expectFailure(page, 'gone', 'fetch-error', { timeout: 25_000 });
    },
  },
  {
    name: 'the response of a record that failed rejects with TypeError',
    nativeDiffers: 'it rejects with UnknownError',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      await t.fetch(page, 'refused', t.file({}, other));
      const {
        records: [{ error }],
      } = await t.expectFailure(page, 'refused', 'fetch-error', { timeout: 30_000 });
      assert.equal(error, 'TypeError');
    },
  },
  {
    name: 'a redirect to another origin with CORS',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      t.origin.setPeer(other.url);
      const file = t.file({ redirect: 'cross', cors: 1 });
      await t.fetch(page, 'redirected', file);
      const {
        records: [{ response }],
      } = await t.outcome(page, 'redirected');
      assert.deepEqual([response.sha256, response.redirected], [file.sha256, true]);
      assert.equal(new URL(response.url).origin, other.url);
    },
  },
  {
    name: 'a redirect to another origin without CORS fails',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      t.origin.setPeer(other.url);
      await t.fetch(page, 'redirected', t.file({ redirect: 'cross' }));
      await t.expectFailure(page, 'redirected', 'fetch-error', { timeout: 30_000 });
    },
  },
  ...['default', 'force-cache', 'no-cache'].map((cache) => ({
    name: `a copy without CORS in the HTTP cache, with the cache mode "${cache}"`,
    ...OF_WHAT_IS_SAID,
    nativeVaries: 'it may be refused',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ size: MIB, cors: 'ifOrigin', headers: '{"cache-control":"max-age=3600"}' }, other);
      // As an `<img>` asks for it: without Origin.
      await page.evaluate((url) => fetch(url, { mode: 'no-cors', cache: 'default' }).then(() => {}), file.url);
      await t.until(() => file.requests[0]?.status === 200 && file.sent >= file.size, 'the copy');
      assert.equal(file.requests[0].headers.origin, undefined);
      await t.fetch(page, 'cached', [[file.url, { cache }]]);
      await t.expectSuccess(page, 'cached', file);
      assert.ok(file.requests.at(-1).headers.origin, 'asked again, with Origin');
    },
  })),
  {
    name: 'a request that needs a preflight',
    nativeDiffers: 'such requests fail',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ cors: 1 }, other);
      await t.fetch(page, 'preflight', [[file.url, { headers: { 'x-app': 'its own' } }]]);
      await t.expectSuccess(page, 'preflight', file);
      assert.equal(file.requests[0].headers['x-app'], 'its own');
      assert.ok(preflights(other) > 0);
    },
  },
  {
    name: 'a preflight that is refused fails',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ cors: 1, preflight: 0 }, other);
      await t.fetch(page, 'refused', [[file.url, { headers: { 'x-app': 'its own' } }]]);
      await t.expectFailure(page, 'refused', 'fetch-error', { timeout: 30_000 });
    },
  },
  {
    name: 'a coding that is hidden, and longer than the body',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const file = t.file({ size: 3_554, cors: 1, gzip: 1 }, other);
      await t.fetch(page, 'coded', file);
      await t.expectSuccess(page, 'coded', file);
      await t.expectNothingLeft(page);
    },
  },
];
