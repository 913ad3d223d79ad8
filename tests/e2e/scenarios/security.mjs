/** What other origins and other hands may see, and what they can do. docs/security.md says why. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';

const SIZE = 4 * MIB;

/** The requests for a file, of which all but the first ask for the rest. */
async function cutTwice(t, init, more = {}) {
  const page = await t.open();
  const file = t.file({ size: SIZE, rate: 8e6, cut: 1_500_000, times: 2, ...more }, more.origin);
  await page.evaluate(() => {
    document.cookie = 'who=me; path=/';
  });
  await t.fetch(page, 'file', [[file.url, init]]);
  await t.expectSuccess(page, 'file', file, { timeout: 30_000 });
  const [first, ...rest] = file.requests;
  assert.ok(rest.length > 0 && rest.every(({ headers }) => headers.range), 'the rest was asked for');
  return { first, rest };
}

export default [
  {
    name: 'parts are asked for with the credentials, the referrer and the headers of the whole',
    async run(t) {
      const { first, rest } = await cutTwice(t, {
        headers: { 'x-token': 'secret' },
        referrer: '/app/from-here',
        referrerPolicy: 'unsafe-url',
      });
      const of = ({ headers }) => [headers.cookie, headers.referer, headers['x-token']];
      assert.deepEqual(of(first), ['who=me', `${t.origin.url}/app/from-here`, 'secret']);
      for (const part of rest) assert.deepEqual(of(part), of(first));
    },
  },
  {
    name: 'without credentials, the whole and its parts',
    async run(t) {
      const { first, rest } = await cutTwice(t, { credentials: 'omit', referrerPolicy: 'no-referrer' });
      for (const { headers } of [first, ...rest])
        assert.deepEqual([headers.cookie, headers.referer], [undefined, undefined]);
    },
  },
  {
    name: 'of another origin that does not allow it, neither bytes nor their number are told',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const secret = t.file({ size: 123_456 }, other);
      await t.fetch(page, 'secret', secret);
      const { records, downloaded } = await t.expectFailure(page, 'secret', 'fetch-error', { timeout: 30_000 });
      assert.deepEqual([records[0].error, downloaded], ['TypeError', 0]);
      const progress = await page.evaluate(() => app.progress.secret.map((each) => each.downloaded));
      assert.deepEqual(progress.filter(Boolean), []);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'our entries answer none of the app’s look-ups',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, rate: 700_000 });
      await t.fetch(page, 'hidden', file);
      await t
        .until(() => page.evaluate(() => app.state('hidden').downloaded > MIB), 'bytes are stored')
        .catch(() => {});
      const found = await page.evaluate(
        async (url) => [
          typeof (await caches.match(url)),
          typeof (await caches.match(url, { ignoreSearch: true, ignoreVary: true, ignoreMethod: true })),
          typeof (await caches.match(location.href, { ignoreSearch: true })),
        ],
        file.url,
      );
      assert.deepEqual(found, ['undefined', 'undefined', 'undefined']);
      await t.expectSuccess(page, 'hidden', file);
    },
  },
  {
    name: 'rows that name __proto__ and other surprises harm nobody',
    // It plants rows in our database.
    browsers: ['chromium', 'firefox', 'webkit'],
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, rate: 1e6 });
      await t.fetch(page, 'good', file);
      await page.evaluate(async (name) => {
        const settled = (request) =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const database = await settled(indexedDB.open(name));
        const stores = ['fetches', 'records', 'segments'];
        const transaction = database.transaction(stores, 'readwrite');
        const evil = JSON.parse(
          '{"uid":"evil","id":"__proto__","index":0,"start":0,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"order":0,"title":"<img src=x onerror=alert(1)>"}',
        );
        const cyclic = { uid: 'cyclic', index: 0, start: 0 };
        cyclic.self = cyclic;
        const strange = {
          uid: 'strange',
          index: 0,
          start: 0,
          order: -1,
          records: 2 ** 40,
          headers: new Map([[1, 2]]),
          url: new Uint8Array(3),
        };
        for (const store of stores) for (const row of [evil, cyclic, strange]) transaction.objectStore(store).put(row);
        await new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error);
        });
        database.close();
      }, `background-fetch-polyfill:${t.origin.url}/app/`);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'good', file, { timeout: 30_000 });
      assert.deepEqual(await page.evaluate(async () => ['polluted' in {}, await (await app.manager()).getIds()]), [
        false,
        [],
      ]);
      await t.fetch(page, '__proto__', t.file());
      await t.outcome(page, '__proto__');
      await t.expectNothingLeft(page);
    },
  },
];
