/** Aborting, by the app. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';
import { OVER_BOTH } from '../lib/protocols.mjs';

export default [
  {
    name: 'ends the transfer, the fetch and its data',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 50 * MIB, rate: 2e6 });
      await t.fetch(page, 'aborted', file);
      await t.until(() => file.sent > 2_000_000, 'some bytes');
      assert.equal(await page.evaluate(() => app.abort('aborted')), true);
      await t.expectFailure(page, 'aborted', 'aborted');
      await t.until(() => file.requests.every(({ done }) => done), 'connections closed');
      assert.ok(file.requests.every(({ aborted }) => aborted));
      const state = await page.evaluate(() => app.state('aborted'));
      assert.deepEqual([state.result, state.failureReason], ['failure', 'aborted']);
      await t.expectNothingLeft(page);
      assert.deepEqual(
        (await t.rows(page, { kind: 'begin' })).map(({ type }) => type),
        ['backgroundfetchabort'],
      );
    },
  },
  {
    name: 'resolves with false when it is over',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'once', t.file({ rate: 10_000 }));
      assert.deepEqual(await page.evaluate(async () => [await app.abort('once'), await app.abort('once')]), [
        true,
        false,
      ]);
      const file = t.file();
      await t.fetch(page, 'over', file);
      await t.expectSuccess(page, 'over', file);
      assert.equal(await page.evaluate(() => app.abort('over')), false);
    },
  },
  {
    name: 'frees the id at once: get, abort, fetch',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 200_000 });
      await t.fetch(page, 'again', t.file({ size: 10 * MIB, rate: 1e6 }));
      const steps = await page.evaluate(async (url) => {
        const manager = await app.manager();
        const old = await manager.get('again');
        const aborted = await old.abort();
        const [gone, ids] = [await manager.get('again'), await manager.getIds()];
        const next = app.follow(await manager.fetch('again', url));
        return { aborted, gone: typeof gone, ids, same: old === app.fetches.again, result: next.result };
      }, file.url);
      assert.deepEqual(steps, { aborted: true, gone: 'undefined', ids: [], same: false, result: '' });
      const rows = await t.until(async () => {
        const found = await t.rows(page, { kind: 'event', id: 'again' });
        return found.length === 2 && found;
      }, 'two events');
      assert.deepEqual(rows.map(({ type }) => type).sort(), ['backgroundfetchabort', 'backgroundfetchsuccess']);
      t.expectFiles(rows.find(({ type }) => type === 'backgroundfetchsuccess').records, [file]);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'leaves what had arrived whole',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      const [file, slow] = [t.file(), t.file({ rate: 5_000 })];
      await t.fetch(page, 'some', [file, slow]);
      await page.evaluate(
        async (url) => (await (await app.fetches.some.match(url)).responseReady).blob().then(() => null),
        file.url,
      );
      await page.evaluate(() => app.abort('some'));
      const { records } = await t.expectFailure(page, 'some', 'aborted');
      const [whole, cut] = [file, slow].map(({ url }) => records.find(({ request }) => request.url === url));
      assert.equal(whole.response.sha256, file.sha256);
      assert.equal(cut.error, 'AbortError');
    },
  },
  {
    name: 'of a fetch that waits for its server',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'waits', t.file({ status: 503, retryAfter: 3_600 }));
      await t.until(() => t.origin.requests().some(({ status }) => status === 503), 'the refusal');
      assert.equal(await page.evaluate(() => app.abort('waits')), true);
      await t.expectFailure(page, 'waits', 'aborted');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'right after the start',
    async run(t) {
      const page = await t.open();
      assert.equal(
        await page.evaluate(
          async (url) => {
            const manager = await app.manager();
            const registration = await manager.fetch('at once', url);
            return registration.abort();
          },
          t.file({ rate: 10_000 }).url,
        ),
        true,
      );
      await t.expectFailure(page, 'at once', 'aborted');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'of one leaves the others alone',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: MIB, rate: 500_000 });
      await t.fetch(page, 'aborted', t.file({ size: MIB, rate: 10_000 }));
      await t.fetch(page, 'goes on', file);
      await page.evaluate(() => app.abort('aborted'));
      await t.expectFailure(page, 'aborted', 'aborted');
      await t.expectSuccess(page, 'goes on', file);
    },
  },
];
