/** The app is deployed anew: an update is being installed, waits, takes over. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';
import { atMost, checkSent, sentUpTo } from '../lib/measure.mjs';

/** Long enough to see a new version become active, which it does when no event of the old one is left. */
const VERY_LONG = { size: 16 * MIB, rate: 1e6 };

/** The second version has the end of the download. */
async function expectTakenOver(t, page, file, id) {
  const at = Date.now();
  await t.until(
    () => page.evaluate(async () => /version=2/.test((await app.ready).active.scriptURL)),
    'the new version being active',
    30_000,
  );
  const seconds = (Date.now() - at) / 1000;
  const row = await t.expectSuccess(page, id, file, { timeout: 60_000 });
  assert.match(row.script, /version=2/);
  checkSent(file);
  await t.until(() => page.evaluate((name) => app.state(name).result === 'success', id), 'the page is told');
  await t.expectNothingLeft(page);
  assert.equal((await t.rows(page, { kind: 'begin' })).length, 1);
  atMost(seconds, 5, 'seconds that the new version waited');
}

/** An update of version 1, which is in this place of the registration when it resolves. */
const update = (page, query, place) =>
  page.evaluate(
    async (script, name) => {
      const registration = await navigator.serviceWorker.register(script, { scope: '/app/' });
      while (!registration[name]) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    `/app/sw.js?version=2&${query}`,
    place,
  );

export default [
  {
    name: 'a new version of the worker takes over in mid-download',
    timeout: 80_000,
    async run(t) {
      const page = await t.open({ query: { version: '1' } });
      const file = t.file(VERY_LONG);
      await t.fetch(page, 'taken over', file);
      await sentUpTo(t, file, 0.2);
      await page.evaluate(() =>
        navigator.serviceWorker.register('/app/sw.js?version=2', { scope: '/app/' }).then(() => null),
      );
      await expectTakenOver(t, page, file, 'taken over');
    },
  },
  {
    name: 'a version that waits leaves the work to the active one, until it is told to take over',
    timeout: 80_000,
    async run(t) {
      const page = await t.open({ query: { version: '1' } });
      const file = t.file(VERY_LONG);
      await t.fetch(page, 'taken over', file);
      await sentUpTo(t, file, 0.1);
      await update(page, 'wait=1&do=skip-waiting', 'waiting');
      const before = file.requests.length;
      await sentUpTo(t, file, 0.2);
      assert.equal(file.requests.length, before, 'the active one goes on');
      await page.evaluate(async () => (await app.ready).waiting.postMessage('take over'));
      await expectTakenOver(t, page, file, 'taken over');
    },
  },
  {
    name: 'a version that waits till the end has no part in it',
    async run(t) {
      const page = await t.open({ query: { version: '1' } });
      const file = t.file({ size: 4 * MIB, rate: 2e6 });
      await t.fetch(page, 'waits', file);
      await update(page, 'wait=1', 'waiting');
      const row = await t.expectSuccess(page, 'waits', file);
      assert.equal(row.script, '?version=1');
      checkSent(file, 1.05);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'the active one dies while an update is being installed: it goes on, and answers',
    // The one engine in which a worker is not told which one it is.
    browsers: ['firefox'],
    async run(t) {
      const page = await t.open({ query: { version: '1' } });
      const file = t.file({ size: 12 * MIB, rate: 1.5e6 });
      await t.fetch(page, 'goes on', file);
      await sentUpTo(t, file, 0.1);
      await update(page, 'do=endless-install', 'installing');
      await t.browser.killWorker(page, { only: 'active' });
      const at = Date.now();
      assert.deepEqual(await page.evaluate(() => app.adopt()), ['goes on']);
      atMost(Date.now() - at, 8_000, 'ms until the ids were known');
      const row = await t.expectSuccess(page, 'goes on', file);
      assert.equal(row.script, '?version=1');
      assert.ok(await page.evaluate(async () => (await app.ready).installing !== null), 'it is still being installed');
      checkSent(file);
    },
  },
  {
    name: 'one that waits, and is started for a message of the app, leaves the work to the active one',
    browsers: ['firefox'],
    async run(t) {
      const page = await t.open({ query: { version: '1' } });
      const file = t.file({ size: 12 * MIB, rate: 1.5e6 });
      await t.fetch(page, 'waits', file);
      await update(page, 'wait=1', 'waiting');
      await sentUpTo(t, file, 0.1);
      await t.browser.killWorker(page, { only: 'waiting' });
      const before = file.requests.length;
      await page.evaluate(async () => (await app.ready).waiting.postMessage('which version is it?'));
      await sentUpTo(t, file, 0.6);
      assert.equal(file.requests.length, before, 'the active one goes on');
      const row = await t.expectSuccess(page, 'waits', file);
      assert.equal(row.script, '?version=1');
    },
  },
];
