/** What goes right: every kind of response arrives as it was sent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { OF_WHAT_IS_SAID } from '../lib/protocols.mjs';

export const protocols = ['h1', 'h2'];

const CACHEABLE = { headers: JSON.stringify({ 'cache-control': 'max-age=600' }) };

/** Loads a file in the page, as an image would be. */
const load = (page, { url }) =>
  page.evaluate(async (path) => (await (await fetch(path)).arrayBuffer()).byteLength, url);

export default [
  {
    name: 'one file',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 3 * MIB });
      const state = await t.fetch(page, 'one', file);
      assert.deepEqual([state.id, state.result, state.failureReason, state.recordsAvailable], ['one', '', '', true]);
      const row = await t.expectSuccess(page, 'one', file);
      assert.equal(row.downloaded, file.size);
      assert.equal((await t.rows(page, { kind: 'event' })).length, 1);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: '32 MiB at full speed, of which hardly a byte is sent twice',
    alone: true,
    timeout: 60_000,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 32 * MIB });
      await t.fetch(page, 'large', file);
      await t.expectSuccess(page, 'large', file, { timeout: 50_000 });
      const ratio = file.sent / file.size;
      assert.ok(ratio <= 1.03, `${ratio.toFixed(3)} times the size was sent`);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'many files of mixed sizes',
    nativeDiffers: 'it lists records in the order in which they ended',
    async run(t) {
      const page = await t.open();
      const sizes = [5 * MIB, 1, 0, 65_536, MIB + 1, 12 * MIB, 1000, 17];
      // The first is the last to end.
      const files = sizes.map((size, index) => t.file({ size, delay: index ? 0 : 1_000 }));
      await t.fetch(page, 'mixed', files);
      const row = await t.expectSuccess(page, 'mixed', files);
      assert.equal(
        row.downloaded,
        sizes.reduce((sum, size) => sum + size),
      );
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a file of 0 bytes',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 0 });
      await t.fetch(page, 'empty', file);
      const row = await t.expectSuccess(page, 'empty', file);
      assert.equal(row.downloaded, 0);
    },
  },
  {
    name: '300 small files in one fetch',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 300 }, (_, index) => t.file({ size: 1_000 + index }));
      await t.fetch(page, 'small', files);
      await t.expectSuccess(page, 'small', files, { timeout: 50_000 });
      assert.deepEqual(
        files.filter(({ requests }) => requests.length !== 1),
        [],
        'each is asked for once',
      );
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'the same file twice in one fetch',
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'twice', [file, file]);
      await t.expectSuccess(page, 'twice', [file, file]);
    },
  },
  {
    name: 'two fetches at a time',
    async run(t) {
      const page = await t.open();
      const [one, other] = [t.file({ size: MIB, rate: 1e6 }), t.file({ size: MIB, rate: 1e6 })];
      await t.fetch(page, 'one', one);
      await t.fetch(page, 'other', other);
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), ['one', 'other']);
      await t.expectSuccess(page, 'one', one);
      await t.expectSuccess(page, 'other', other);
    },
  },
  {
    name: 'the HTTP cache has no part in it: nothing comes out of it, and nothing goes into it',
    async run(t) {
      const page = await t.open();
      const [known, unknown] = [t.file(CACHEABLE), t.file(CACHEABLE)];
      for (let i = 0; i < 2; i++) await load(page, known);
      assert.equal(known.requests.length, 1, 'the browser keeps such files');
      await t.fetch(page, 'files', [known, unknown]);
      await t.expectSuccess(page, 'files', [known, unknown]);
      await load(page, unknown);
      assert.deepEqual([known.requests.length, unknown.requests.length], [2, 2]);
    },
  },
  {
    name: 'a request that is to be answered out of the HTTP cache is',
    nativeDiffers: 'it never asks the HTTP cache',
    async run(t) {
      const page = await t.open();
      const file = t.file(CACHEABLE);
      await load(page, file);
      await t.fetch(page, 'file', [[file.url, { cache: 'force-cache' }]]);
      await t.expectSuccess(page, 'file', file);
      assert.equal(file.requests.length, 1);
    },
  },
  {
    name: 'the head of the response',
    async run(t) {
      const page = await t.open();
      const file = t.file({ type: 'audio/ogg', headers: JSON.stringify({ 'x-test': 'of the server' }) });
      await t.fetch(page, 'head', file);
      const {
        records: [{ response }],
      } = await t.expectSuccess(page, 'head', file);
      const { url, status, statusText, ok, redirected, headers } = response;
      // HTTP/2 has none, but WebKit.
      const ownText = await page.evaluate(async (path) => (await fetch(path)).statusText, file.url);
      assert.deepEqual(
        { url, status, statusText, ok, redirected },
        { url: file.url, status: 200, statusText: ownText, ok: true, redirected: false },
      );
      if (t.protocol === 'h1') assert.equal(statusText, 'OK');
      assert.equal(headers['content-type'], 'audio/ogg');
      assert.equal(headers['x-test'], 'of the server');
      assert.equal(headers.etag, `"${file.seed}-${file.size}"`);
    },
  },
  {
    name: 'the type of the response',
    nativeDiffers: 'it is "default"',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'type', t.file());
      const {
        records: [{ response }],
      } = await t.outcome(page, 'type');
      assert.equal(response.type, 'basic');
    },
  },
  {
    name: 'Content-Length is that of the body as it is stored',
    nativeDiffers: 'of a coding it is that of the coded body',
    async run(t) {
      const page = await t.open();
      const files = [
        t.file(),
        t.file({ size: 3 * MIB, cut: MIB, times: 1 }),
        t.file({ gzip: 1 }),
        t.file({ chunked: 1 }),
      ];
      await t.fetch(page, 'length', files);
      const { records } = await t.outcome(page, 'length');
      const lengths = records.map(({ response }) => response.headers['content-length']);
      assert.deepEqual(
        lengths,
        files.map(({ size }) => `${size}`),
      );
    },
  },
  {
    name: 'the first request is the app’s own',
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'own', [[file.url, { headers: { 'x-app': 'its own' } }]]);
      const {
        records: [{ request }],
      } = await t.expectSuccess(page, 'own', file);
      assert.equal(request.headers['x-app'], 'its own');
      assert.equal(request.method, 'GET');
      const [{ headers }] = file.requests;
      assert.equal(headers['x-app'], 'its own');
      assert.deepEqual([headers.range, headers['if-range']], [undefined, undefined]);
    },
  },
  {
    name: 'the response of a redirect',
    async run(t) {
      const page = await t.open();
      const file = t.file({ redirect: 2 });
      await t.fetch(page, 'redirected', file);
      const {
        records: [{ request, response }],
      } = await t.outcome(page, 'redirected');
      assert.equal(request.url, file.url);
      assert.equal(response.sha256, file.sha256);
      assert.equal(response.redirected, true);
      assert.equal(new URL(response.url).searchParams.has('redirect'), false, 'the URL is that of the last hop');
    },
  },
  {
    name: 'a fragment in the URL',
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'fragment', `${file.url}#chapter`);
      const {
        records: [{ request, response }],
      } = await t.outcome(page, 'fragment');
      assert.equal(request.url, `${file.url}#chapter`);
      assert.equal(response.url, file.url);
      assert.equal(response.sha256, file.sha256);
    },
  },
  {
    name: 'without a Content-Length',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, chunked: 1 });
      await t.fetch(page, 'chunked', file);
      await t.expectSuccess(page, 'chunked', file);
    },
  },
  {
    name: 'compressed on the way',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, gzip: 1 });
      await t.fetch(page, 'gzip', file);
      const row = await t.expectSuccess(page, 'gzip', file);
      assert.equal(row.downloaded, file.size, 'what counts is what the app gets');
    },
  },
  {
    name: 'a success without a body',
    async run(t) {
      const page = await t.open();
      const file = t.file({ status: 204 });
      await t.fetch(page, 'bodiless', file);
      const {
        type,
        records: [{ response }],
      } = await t.outcome(page, 'bodiless');
      assert.deepEqual([type, response.status, response.size], ['backgroundfetchsuccess', 204, 0]);
    },
  },
  {
    name: 'a request with a body',
    async run(t) {
      const page = await t.open();
      const url = `${t.origin.url}/upload?key=upload`;
      const body = 'x'.repeat(50_000);
      const state = await t.fetch(page, 'upload', [[url, { method: 'POST', body }]]);
      assert.equal(state.uploadTotal, body.length);
      const {
        type,
        uploaded,
        records: [{ request, response }],
      } = await t.outcome(page, 'upload');
      assert.equal(type, 'backgroundfetchsuccess');
      assert.equal(uploaded, body.length);
      assert.equal(request.method, 'POST');
      const answer = JSON.stringify({
        method: 'POST',
        type: 'text/plain;charset=UTF-8',
        length: body.length,
        sha256: createHash('sha256').update(body).digest('hex'),
      });
      assert.equal(response.sha256, createHash('sha256').update(answer).digest('hex'));
    },
  },
  {
    name: 'with the right integrity',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB });
      const integrity = `sha256-${Buffer.from(file.sha256, 'hex').toString('base64')}`;
      await t.fetch(page, 'integrity', [[file.url, { integrity }]]);
      await t.expectSuccess(page, 'integrity', file);
    },
  },
  {
    name: 'by a module worker',
    async run(t) {
      const page = await t.open({ type: 'module' });
      const file = t.file({ size: MIB });
      await t.fetch(page, 'module', file);
      await t.expectSuccess(page, 'module', file);
    },
  },
  {
    name: 'by a worker that has imported the entry of pages before',
    ...OF_WHAT_IS_SAID,
    async run(t) {
      const page = await t.open({ before: ['page-entry'] });
      const file = t.file({ size: MIB });
      await t.fetch(page, 'both', file);
      await t.expectSuccess(page, 'both', file);
    },
  },
  {
    name: 'from a page of modules',
    async run(t) {
      const page = await t.open({ html: 'module.html' });
      const file = t.file({ size: MIB });
      await t.fetch(page, 'module', file);
      await t.expectSuccess(page, 'module', file);
    },
  },
  {
    name: 'from a page that the worker does not control',
    async run(t) {
      const scope = '/app/elsewhere/';
      const page = await t.open({ scope });
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller), null);
      const file = t.file({ size: MIB });
      await t.fetch(page, 'uncontrolled', file);
      await t.expectSuccess(page, 'uncontrolled', file);
      await t.until(() => page.evaluate(() => app.state('uncontrolled').result === 'success'), 'the page is told');
      await t.expectNothingLeft(page, `${t.origin.url}${scope}`);
    },
  },
];
