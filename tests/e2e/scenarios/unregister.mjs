/** A registration that is given up takes its background fetches with it. */
import assert from 'node:assert/strict';
import { holdDatabase } from '../lib/hold-database.mjs';

const SLOW = { size: 4_000_000, rate: 500_000 };

const unregister = (page) => page.evaluate(async () => (await app.ready).unregister());

export default [
  {
    name: 'ends the transfers, without an event, and nothing is left',
    async run(t) {
      // A page that the worker does not control: it goes at once.
      const page = await t.open({ scope: '/app/elsewhere/' });
      const file = t.file(SLOW);
      await t.fetch(page, 'gone', file);
      await t.until(() => file.sent > 500_000, 'some bytes');
      assert.equal(await unregister(page), true);
      await t.expectNothingLeft(page, `${t.origin.url}/app/elsewhere/`);
      await t.until(() => file.requests.every(({ done }) => done), 'the transfer is ended');
      assert.ok(file.sent < SLOW.size);
      assert.deepEqual(await t.rows(page, { kind: 'event' }), []);
    },
  },
  {
    name: 'with a page that is controlled',
    async run(t) {
      const page = await t.open();
      const file = t.file(SLOW);
      await t.fetch(page, 'gone', file);
      await t.until(() => file.sent > 500_000, 'some bytes');
      assert.equal(await unregister(page), true);
      await t.expectNothingLeft(page);
      await t.until(() => file.requests.every(({ done }) => done), 'the transfer is ended');
      assert.deepEqual(await t.rows(page, { kind: 'event' }), []);
    },
  },
  {
    name: 'does not wait for ever for who holds the database',
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'file', file);
      await t.expectSuccess(page, 'file', file);
      await holdDatabase(t, page);
      assert.equal(await unregister(page), true);
      await page.evaluate(() => app.letGo());
    },
  },
  {
    name: 'what a registration has left is not for the next one',
    // Where ours is not asked: the app’s page has no polyfill, or the user cleared the registration.
    async run(t) {
      const page = await t.open({ scope: '/app/elsewhere/' });
      const file = t.file(SLOW);
      await t.fetch(page, 'old', file);
      await t.until(() => file.sent > 500_000, 'some bytes');
      await page.evaluate(() => app.unregisterNatively());
      const again = await t.open({ scope: '/app/elsewhere/' });
      assert.deepEqual(await again.evaluate(async () => (await app.manager()).getIds()), []);
      const other = t.file();
      await t.fetch(again, 'old', other);
      await t.expectSuccess(again, 'old', other);
      await t.expectNothingLeft(again, `${t.origin.url}/app/elsewhere/`);
    },
  },
  {
    name: 'and the next one may come while the worker of the old one is still being ended',
    async run(t) {
      const page = await t.open({ scope: '/app/elsewhere/' });
      for (const id of ['1', '2', '3', '4', '5', '6']) {
        const file = t.file(SLOW);
        await t.fetch(page, id, file);
        await t.until(() => file.sent > 200_000, 'some bytes');
        await page.evaluate(() => app.unregisterNatively().then(app.again));
        assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), []);
      }
    },
  },
  {
    name: 'a new version of a worker that is stopped takes nothing away',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 3_000_000, rate: 600_000 });
      await t.fetch(page, 'kept', file);
      await t.until(() => file.sent > 600_000, 'some bytes');
      await t.browser.killWorker(page);
      await page.evaluate(() =>
        navigator.serviceWorker.register('/app/sw.js?version=2', { scope: '/app/' }).then(() => null),
      );
      await t.expectSuccess(page, 'kept', file, { timeout: 30_000 });
      assert.ok(file.sent < file.size * 1.5, `${file.sent} bytes were sent`);
      await t.expectNothingLeft(page);
    },
  },
];
