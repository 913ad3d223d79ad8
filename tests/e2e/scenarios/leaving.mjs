/** What failed and is begun again, and what goes for good: `retry()`, `supports()` and `purge()` of `./extras`. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { classic } from '../lib/classic.mjs';
import { MIB, ourName, SETTLED } from '../lib/context.mjs';
import { keepFile, open as openLibrary } from '../lib/library.mjs';

const ALL = [...ENGINES, 'chromium-native'];

/** The app, whose worker has the extras. */
async function open(t, options) {
  t.origin.files['/made/extras.js'] = await classic(t.dist, 'extras.mjs', 'extras');
  return t.open({ before: ['extras'], ...options });
}

/** Begins again in the page; the id of what has begun, or the name of what it rejects with. @param {any} page @param {string} id */
const retry = (page, id) =>
  page.evaluate(async (which) => {
    const { retry } = await import('/dist/extras.mjs');
    try {
      return app.follow(await retry(await app.ready, which)).id;
    } catch (error) {
      return error.name;
    }
  }, id);

const purge = (page) => page.evaluate(async () => (await import('/dist/extras.mjs')).purge(await app.ready));
const inWorker = (page, extra, ...args) =>
  page.evaluate((...all) => app.ask({ extra: all[0], args: all[1] }), extra, args);
const endsOf = async (t, page, id) => (await t.rows(page, { kind: 'event', id })).map(({ type }) => type);

/** That there is no database and no cache of ours, but what is there of no use to look for: that of the meta data. */
const isAnythingThere = (t, page) =>
  page.evaluate(
    async (name) => [
      (await indexedDB.databases()).map((each) => each.name).includes(name),
      await caches.has(name),
      (await navigator.locks.query()).held.map((lock) => lock.name).includes(name),
    ],
    ourName(`${t.origin.url}/app/`),
  );

export default [
  {
    name: 'what has failed is begun again as it was, when all but its row is gone',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await open(t);
      const [film, cover] = [t.file({ size: MIB, status: 404, times: 2 }), t.file({ size: 1000 })];
      await t.fetch(page, 'film', [[film.url, { headers: { 'x-token': 'secret' } }], cover], {
        title: 'A film',
        icons: [{ src: '/icon.png', sizes: '96x96' }],
        downloadTotal: 2 * MIB,
      });
      await t.expectFailure(page, 'film', 'bad-status');
      await t.expectNothingLeft(page);
      // In another life of the worker, and by the worker itself.
      await t.browser.killWorker(page);
      await sleep(SETTLED);
      assert.equal(await inWorker(page, 'retry', 'film'), 'film');
      await t.until(async () => (await endsOf(t, page, 'film')).length === 2, 'the second end', 20_000);
      await t.expectNothingLeft(page);
      assert.equal(await retry(page, 'film'), 'film');
      const told = await page.evaluate(async () => {
        const { status } = await import('/dist/extras.mjs');
        const { title, icons, downloadTotal } = await status(app.fetches.film);
        return [title, icons.map(({ src, sizes, type }) => [new URL(src).pathname, sizes, type]), downloadTotal];
      });
      await t.until(async () => (await endsOf(t, page, 'film')).length === 3, 'the third end', 20_000);
      const last = (await t.rows(page, { kind: 'event', id: 'film' })).at(-1);
      t.expectFiles(last.records, [film, cover]);
      assert.deepEqual(
        film.requests.map(({ headers }) => headers['x-token']),
        ['secret', 'secret', 'secret'],
      );
      assert.deepEqual(last.records[0].request.headers, { 'x-token': 'secret' });
      // It may have been over before it was asked.
      if (told[0]) assert.deepEqual(told, ['A film', [['/icon.png', '96x96', null]], 2 * MIB]);
      await t.expectNothingLeft(page);
      assert.equal(await retry(page, 'film'), 'InvalidStateError', 'it has succeeded');
      assert.equal(await retry(page, 'none'), 'InvalidStateError');
    },
  },
  {
    name: 'an upload that failed is begun again while its event lasts, and not when its bodies are gone',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await open(t, { do: ['slow-fail'] });
      const target = t.upload({ status: 500, times: 1 });
      await t.fetch(page, 'photo', [[target.url, { method: 'POST', body: 'a photo' }]]);
      await t.until(async () => (await t.rows(page, { kind: 'begin', id: 'photo' })).length > 0, 'its event', 20_000);
      assert.equal(await retry(page, 'photo'), 'photo');
      await t.until(async () => (await endsOf(t, page, 'photo')).length === 2, 'both ends', 20_000);
      const [first, second] = target.requests;
      assert.equal(target.requests.length, 2);
      assert.deepEqual([second.sha256, second.bytesReceived], [first.sha256, 7]);
      assert.deepEqual(await endsOf(t, page, 'photo'), ['backgroundfetchfail', 'backgroundfetchsuccess']);

      const refused = t.upload({ status: 500 });
      await t.fetch(page, 'quick', [[refused.url, { method: 'POST', body: 'another' }]]);
      await t.expectFailure(page, 'quick', 'bad-status');
      await t.expectNothingLeft(page);
      assert.equal(await retry(page, 'quick'), 'InvalidStateError');
      assert.equal(refused.requests.length, 1);
    },
  },
  {
    name: 'all goes: what is under way, waits or is paused, items, the history; and what begins then works',
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      t.origin.files['/made/extras.js'] = await classic(t.dist, 'extras.mjs', 'extras');
      const page = await openLibrary(t);
      await keepFile(t, page, 'kept', { size: MIB });
      const film = t.file({ size: 8 * MIB, rate: 500_000 });
      await t.fetch(page, 'under way', film);
      await t.fetch(page, 'waits', t.file({ status: 503, 'retry-after': 300 }));
      await t.fetch(page, 'paused', t.file({ size: 8 * MIB, rate: 500_000 }));
      await page.evaluate(async () => (await import('/dist/extras.mjs')).pause(await app.ready, 'paused'));
      await t.until(() => film.sent > MIB, 'some of it');
      const held = await purge(page).then(
        () => '',
        ({ message }) => message,
      );
      // WebKit may wait for good for a connection that it does not close, on a busy machine: then purge() has to say so.
      const vendor = await page.evaluate(() => navigator.vendor);
      const { sent } = film;
      const isHeld = vendor.startsWith('Apple') && /holds the database/.test(held);
      if (!isHeld) {
        assert.equal(held, '');
        assert.deepEqual(await isAnythingThere(t, page), [false, false, false]);
      }
      for (const id of ['under way', 'waits', 'paused']) {
        const { result, failureReason, recordsAvailable } = await page.evaluate((of) => app.state(of), id);
        assert.deepEqual([result, failureReason, recordsAvailable], ['failure', 'aborted', false], id);
        assert.deepEqual(await endsOf(t, page, id), ['backgroundfetchabort'], id);
      }
      if (isHeld) return assert.equal(film.sent, sent, 'nothing more is asked for');
      const left = await page.evaluate(async () => {
        const { history } = await import('/dist/extras.mjs');
        const ready = await app.ready;
        return [await history(ready), await ready.backgroundFetch.getIds(), await library.list()];
      });
      assert.deepEqual(left, [[], [], []]);
      await t.until(() => page.evaluate(() => changes.at(-1) === null), 'the library has heard of it');
      await sleep(SETTLED);
      assert.ok(film.sent - sent < MIB, 'nothing more is asked for');
      assert.deepEqual(await isAnythingThere(t, page), [false, false, false]);
      // The same worker, and the next.
      await keepFile(t, page, 'again', { size: MIB });
      await t.browser.killWorker(page);
      await keepFile(t, page, 'and again', { size: MIB });
      await purge(page);
      assert.deepEqual(await isAnythingThere(t, page), [false, false, false]);
    },
  },
  {
    name: 'all goes, by the worker, and though handlers do not end, or no worker of ours answers',
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      const page = await open(t);
      await t.fetch(page, 'endless', t.file({ size: 8 * MIB, rate: 500_000 }));
      assert.equal(await inWorker(page, 'purge'), null);
      assert.deepEqual(await isAnythingThere(t, page), [false, false, false]);
      assert.equal(await page.evaluate(() => app.state('endless').failureReason), 'aborted');
      const file = t.file({ size: 1000 });
      await t.fetch(page, 'film', file);
      await t.expectSuccess(page, 'film', file);
      // As after an update of the app that does without.
      await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.register('/app/bare.js', { scope: '/app/' });
        const { installing } = registration;
        await new Promise((resolve) =>
          installing.addEventListener('statechange', () => installing.state === 'activated' && resolve()),
        );
      });
      await purge(page);
      assert.deepEqual((await isAnythingThere(t, page)).slice(0, 2), [false, false]);
    },
  },
  {
    name: 'what is there to be used is told at once',
    browsers: ALL,
    async run(t) {
      const page = await open(t);
      const names = ['native', 'pause', 'history', 'retry', 'offline', 'none'];
      const supported = await page.evaluate(async (all) => {
        const { supports } = await import('/dist/extras.mjs');
        return all.filter((name) => supports(name));
      }, names);
      assert.deepEqual(supported, t.isNative ? ['native', 'offline'] : ['pause', 'history', 'retry', 'offline']);
    },
  },
  {
    name: "where the API is the browser's own, what can be done is done, and what cannot is said",
    browsers: ['chromium-native'],
    timeout: 60_000,
    async run(t) {
      const page = await openLibrary(t);
      await t.fetch(page, 'bad', t.file({ status: 404 }));
      await t.expectFailure(page, 'bad', 'bad-status');
      assert.equal(await retry(page, 'bad'), 'NotSupportedError');
      await keepFile(t, page, 'kept', { size: MIB });
      await t.fetch(page, 'under way', t.file({ size: 8 * MIB, rate: 200_000 }));
      await purge(page);
      assert.deepEqual(await isAnythingThere(t, page), [false, false, false]);
      await t.until(async () => (await page.evaluate(() => app.state('under way'))).result === 'failure', 'its end');
      assert.deepEqual(await page.evaluate(() => library.list()), []);
    },
  },
];
