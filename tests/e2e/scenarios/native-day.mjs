/** The day on which the browser has the API itself: what ours has left is told or handed over, and then nothing is left. */
import assert from 'node:assert/strict';
import { sleep } from '../../harness/process.mjs';
import { MIB, SETTLED } from '../lib/context.mjs';

/** Such a day is an option of the browser's start. */
const CHROMIUM = { browsers: ['chromium'], launch: {}, timeout: 90_000 };

/** What of the origin is not the app's. @param {any} page */
const foreign = (page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name).filter((name) => name !== 'app-log'),
    caches: await caches.keys(),
  }));

/** In the page. */
const idsOf = async () => (await app.manager()).getIds();

/** @param {import('../lib/context.mjs').Context} t @param {any} page */
async function expectNothingOfOurs(t, page) {
  let left;
  const isNone = async () => {
    left = await foreign(page);
    return left.databases.length === 0 && left.caches.length === 0;
  };
  await t
    .until(isNone, 'nothing of ours left', 15_000)
    .catch(() => assert.deepEqual(left, { databases: [], caches: [] }));
}

export default [
  {
    name: 'what has ended is told once, what is unfinished is done by the browser, under its id',
    ...CHROMIUM,
    async run(t) {
      const page = await t.open({ do: ['hang'], query: { hangs: '1' } });
      const ended = t.file({ size: MIB });
      await t.fetch(page, 'ended', ended);
      await t.outcome(page, 'ended');
      t.origin.setThrottle(20_000);
      const film = t.file({ size: 2 * MIB });
      await t.fetch(page, 'film', [film, t.file({ size: MIB })], { title: 'A film', downloadTotal: 3 * MIB });
      await t.until(() => film.sent > 100_000, 'some of the film');
      await t.relaunch({ native: true });
      const again = await t.open({ do: ['hang'], query: { hangs: '1' } });
      await t.until(async () => (await again.evaluate(idsOf)).includes('film'), 'the browser has the film', 30_000);
      const [shown] = await again.evaluate(async () => {
        const fetch = await (await app.manager()).get('film');
        return [{ downloadTotal: fetch.downloadTotal, native: /native code/.test(fetch.constructor) }];
      });
      assert.deepEqual(shown, { downloadTotal: 3 * MIB, native: true });
      const told = await t.rows(again, { kind: 'event', id: 'ended' });
      assert.equal(told.length, 2, 'once in vain, and once more');
      assert.deepEqual(
        told.map(({ type, records }) => [type, records[0].response.sha256]),
        Array(2).fill(['backgroundfetchsuccess', ended.sha256]),
      );
      await expectNothingOfOurs(t, again);
      t.origin.setThrottle(0);
      const row = await t.until(
        async () => (await t.rows(again, { kind: 'event', id: 'film' }))[0],
        'the film',
        60_000,
      );
      assert.equal(row.type, 'backgroundfetchsuccess');
      // The browser's own are in no order.
      const [record] = row.records.filter(({ request }) => request.url === film.url);
      assert.equal(record.response.sha256, film.sha256);
      await sleep(SETTLED);
      assert.equal((await t.rows(again, { kind: 'event' })).length, 3);
      await expectNothingOfOurs(t, again);
    },
  },
  {
    name: 'two pages at a time hand each fetch over once',
    ...CHROMIUM,
    async run(t) {
      const page = await t.open();
      t.origin.setThrottle(20_000);
      const files = [t.file({ size: MIB }), t.file({ size: MIB })];
      for (const [index, file] of files.entries()) await t.fetch(page, `file-${index}`, file);
      await t.until(() => files.every(({ sent }) => sent > 0), 'both');
      await t.relaunch({ native: true });
      t.origin.setThrottle(0);
      const pages = await Promise.all([t.open(), t.open()]);
      for (const [index, file] of files.entries()) {
        const row = await t.outcome(pages[0], `file-${index}`, { timeout: 60_000 });
        assert.equal(row.records[0].response.sha256, file.sha256);
        assert.equal(file.requests.length, 2, 'once by ours, once by the browser');
      }
      await expectNothingOfOurs(t, pages[0]);
    },
  },
  {
    name: 'an upload that may have been sent fails, and is not sent again',
    ...CHROMIUM,
    async run(t) {
      const page = await t.open();
      const upload = t.upload({ delay: 60_000 });
      await t.fetch(page, 'upload', [[upload.url, { method: 'POST', body: 'once' }]]);
      await t.until(() => upload.requests.length === 1, 'it is sent');
      await t.relaunch({ native: true });
      const again = await t.open();
      const row = await t.outcome(again, 'upload', { timeout: 60_000 });
      assert.deepEqual([row.type, row.failureReason], ['backgroundfetchfail', 'fetch-error']);
      await expectNothingOfOurs(t, again);
      assert.equal(upload.requests.length, 1);
    },
  },
  {
    name: 'where the browser refuses it twice, it fails',
    ...CHROMIUM,
    async run(t) {
      const page = await t.open();
      t.origin.setThrottle(20_000);
      const file = t.file({ size: MIB });
      await t.fetch(page, 'refused', file, { downloadTotal: 8 * MIB });
      const pageUrl = page.url();
      await t.until(() => file.sent > 0, 'it is begun');
      await t.relaunch({ native: true });
      const again = await t.openPage('about:blank', true);
      const cdp = await again.target.createCDPSession();
      await cdp.send('Storage.overrideQuotaForOrigin', { origin: t.origin.url, quotaSize: MIB });
      await again.goto(pageUrl);
      await again.evaluate(() => app.ready.then(() => null));
      const isOver = async () => (await t.rows(again, { kind: 'event', id: 'refused' })).length > 0;
      // Of another page once more, and then the next worker fails it: this one has an engine that does not know of it.
      for (let times = 0; times < 6 && !(await isOver()); times += 1) {
        await sleep(SETTLED);
        await t.browser.killWorker(again);
        await again.goto(pageUrl);
        await again.evaluate(() => app.ready.then(({ active }) => active.postMessage('wake up')));
      }
      await t.until(isOver, 'its end', 10_000);
      const [row] = await t.rows(again, { kind: 'event', id: 'refused' });
      assert.deepEqual([row.type, row.failureReason], ['backgroundfetchfail', 'fetch-error']);
      await expectNothingOfOurs(t, again);
    },
  },
  {
    name: 'switched off again, the browser leaves to ours what nobody has taken',
    ...CHROMIUM,
    async run(t) {
      const page = await t.open();
      t.origin.setThrottle(20_000);
      const file = t.file({ size: MIB });
      await t.fetch(page, 'film', file);
      await t.until(() => file.sent > 0, 'it is begun');
      await t.relaunch({ native: true });
      // A page without ours, whose worker finds it and waits for one with.
      await t.openPage(`${t.origin.url}/app/echo.html`, true).catch(() => null);
      await t.relaunch({ native: false });
      t.origin.setThrottle(0);
      const again = await t.open();
      await t.expectSuccess(again, 'film', file, { timeout: 60_000 });
      await t.expectNothingLeft(again);
    },
  },
];
