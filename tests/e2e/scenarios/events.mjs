/** The events in the worker, and how long they last. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';

/** The worker dies so many times under the handlers of one event. */
const cutOff = (name, times, more = {}) => ({
  name,
  nativeDiffers: 'it is lost with the worker',
  ...more,
  async run(t) {
    const page = await t.open({ do: ['hang'], query: { hangs: times } });
    const file = t.file();
    await t.fetch(page, 'again', file);
    for (let deaths = 1; deaths <= times; deaths++) {
      // Killed once both have written: the handler that hangs, and the one that reads the records beside it.
      const written = async (kind) => (await t.rows(page, { kind })).length === deaths;
      await t.until(async () => (await written('hangs')) && (await written('event')), `delivery ${deaths}`, 20_000);
      await t.browser.killWorker(page);
    }
    await t.until(async () => (await t.rows(page, { kind: 'handled' })).length === 1, 'the last delivery', 20_000);
    const rows = await t.until(
      async () => {
        const found = await t.rows(page, { kind: 'event' });
        return found.length === times + 1 && found;
      },
      'a record of each',
      20_000,
    );
    for (const { records } of rows) t.expectFiles(records, [file]);
    assert.equal(file.requests.length, 1, 'nothing is fetched again');
    await t.expectNothingLeft(page);
  },
});

export default [
  {
    name: 'success is a BackgroundFetchUpdateUIEvent with the registration',
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'success', file, { downloadTotal: file.size });
      const row = await t.expectSuccess(page, 'success', file);
      assert.equal(row.constructor, 'BackgroundFetchUpdateUIEvent');
      assert.deepEqual(
        [row.id, row.downloadTotal, row.downloaded, row.recordsAvailable],
        ['success', file.size, file.size, true],
      );
    },
  },
  {
    name: 'fail is a BackgroundFetchUpdateUIEvent with the reason',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'fail', t.file({ status: 404 }));
      const row = await t.expectFailure(page, 'fail', 'bad-status');
      assert.equal(row.constructor, 'BackgroundFetchUpdateUIEvent');
      assert.equal(row.recordsAvailable, true);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'abort is a BackgroundFetchEvent',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'abort', t.file({ rate: 10_000 }));
      assert.equal(await page.evaluate(() => app.abort('abort')), true);
      const row = await t.expectFailure(page, 'abort', 'aborted');
      assert.equal(row.constructor, 'BackgroundFetchEvent');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'attributes of the global and listeners are both called',
    async run(t) {
      const page = await t.open({ do: ['on-attributes'] });
      const file = t.file();
      await t.fetch(page, 'good', file);
      await t.fetch(page, 'bad', t.file({ status: 404 }));
      await t.fetch(page, 'aborted', t.file({ rate: 10_000 }));
      await page.evaluate(() => app.abort('aborted'));
      await t.expectSuccess(page, 'good', file);
      await t.expectFailure(page, 'bad', 'bad-status');
      await t.expectFailure(page, 'aborted', 'aborted');
      const rows = await t.until(async () => {
        const found = await t.rows(page, { kind: 'attribute' });
        return found.length === 3 && found;
      }, 'three calls');
      assert.deepEqual(rows.map(({ type, id, isSame }) => [type, id, isSame]).sort(), [
        ['backgroundfetchabort', 'aborted', true],
        ['backgroundfetchfail', 'bad', true],
        ['backgroundfetchsuccess', 'good', true],
      ]);
    },
  },
  {
    name: 'a fetch is no longer active in its event',
    async run(t) {
      const page = await t.open({ do: ['ids-at-the-end'] });
      await t.fetch(page, 'gone', t.file());
      await t.outcome(page, 'gone');
      const [row] = await t.until(async () => {
        const found = await t.rows(page, { kind: 'ids' });
        return found.length > 0 && found;
      }, 'the handler’s row');
      assert.deepEqual([row.ids, row.got], [[], 'undefined']);
    },
  },
  {
    name: 'waitUntil keeps the records',
    async run(t) {
      const page = await t.open({ do: ['slow'], query: { takes: 3_000 } });
      const file = t.file();
      await t.fetch(page, 'slow', file);
      await t.expectSuccess(page, 'slow', file);
      // The recorder is done; the slow handler holds the event still.
      const urls = await page.evaluate(async () =>
        (await app.fetches.slow.matchAll()).map(({ request }) => request.url),
      );
      assert.deepEqual(urls, [file.url]);
      assert.equal((await t.rows(page, { kind: 'slow' })).length, 0);
      const [row] = await t.until(async () => {
        const found = await t.rows(page, { kind: 'slow' });
        return found.length > 0 && found;
      }, 'the slow handler ending');
      assert.equal(row.recordsAvailable, true);
      t.expectFiles(row.records, [file]);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a handler of six minutes finishes with its data',
    nativeDiffers: 'handlers have five minutes',
    idles: true,
    timeout: 7 * 60_000,
    async run(t) {
      const page = await t.open({ do: ['slow'], query: { takes: 6 * 60_000 } });
      const file = t.file({ size: 3 * MIB });
      await t.fetch(page, 'long', file);
      await t.expectSuccess(page, 'long', file);
      const [row] = await t.until(
        async () => {
          const found = await t.rows(page, { kind: 'slow' });
          return found.length > 0 && found;
        },
        'the handler ending',
        6.5 * 60_000,
      );
      assert.equal(row.recordsAvailable, true);
      t.expectFiles(row.records, [file]);
      assert.equal((await t.rows(page, { kind: 'event' })).length, 1, 'in one delivery');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'waitUntil while the event is being extended',
    async run(t) {
      const page = await t.open({ do: ['extends'] });
      const file = t.file();
      await t.fetch(page, 'extended', file);
      const [row] = await t.until(async () => {
        const found = await t.rows(page, { kind: 'extended' });
        return found.length > 0 && found;
      }, 'the second waitUntil');
      t.expectFiles(row.records, [file]);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a handler that throws harms nothing else',
    async run(t) {
      t.mayReport = /the handler is broken/;
      const page = await t.open({ do: ['throws'] });
      const file = t.file();
      await t.fetch(page, 'thrown', file);
      await t.expectSuccess(page, 'thrown', file);
      await t.until(
        async () => (await t.rows(page, { kind: 'after the broken one' })).length === 1,
        'the next handler',
      );
      await t.expectNothingLeft(page);
      // The worker goes on.
      const next = t.file();
      await t.fetch(page, 'next', next);
      await t.expectSuccess(page, 'next', next);
    },
  },
  {
    name: 'a handler whose promise is rejected ends the event',
    async run(t) {
      t.mayReport = /the work failed/;
      const page = await t.open({ do: ['rejects'] });
      const file = t.file();
      await t.fetch(page, 'rejected', file);
      await t.expectSuccess(page, 'rejected', file);
      await t.until(() => page.evaluate(() => !app.state('rejected').recordsAvailable), 'records are given up');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'records are gone when the event has ended',
    async run(t) {
      const page = await t.open({ do: ['late'] });
      const file = t.file();
      await t.fetch(page, 'late', file);
      await t.expectSuccess(page, 'late', file);
      await t.until(() => page.evaluate(() => !app.state('late').recordsAvailable), 'records are given up');
      const row = await page.evaluate(() => app.ask('late'));
      assert.deepEqual(row, {
        recordsAvailable: false,
        matchAll: 'InvalidStateError',
        match: 'InvalidStateError',
        updateUI: 'InvalidStateError',
        waitUntil: 'InvalidStateError',
        abort: 'resolved false',
      });
      const names = await page.evaluate(async () => [
        await app.rejection(() => app.fetches.late.matchAll()),
        await app.rejection(() => app.fetches.late.match('/')),
      ]);
      assert.deepEqual(names, ['InvalidStateError', 'InvalidStateError']);
    },
  },
  {
    name: 'updateUI works once, in success and fail',
    async run(t) {
      const page = await t.open({ do: ['update-ui'] });
      await t.fetch(page, 'good', t.file());
      await t.outcome(page, 'good');
      await t.fetch(page, 'bad', t.file({ status: 404 }));
      await t.outcome(page, 'bad');
      await t.fetch(page, 'aborted', t.file({ rate: 10_000 }));
      await page.evaluate(() => app.abort('aborted'));
      await t.outcome(page, 'aborted');
      const rows = await t.until(async () => {
        const found = await t.rows(page, { kind: 'updateUI' });
        return found.length === 3 && found;
      }, 'three events');
      const works = { exists: true, first: 'resolved undefined', second: 'InvalidStateError' };
      assert.deepEqual(
        rows.map(({ type, exists, first, second }) => ({ type, exists, first, second })),
        [
          { type: 'backgroundfetchsuccess', ...works },
          { type: 'backgroundfetchfail', ...works },
          { type: 'backgroundfetchabort', exists: false, first: undefined, second: undefined },
        ],
      );
    },
  },
  {
    name: 'updateUI of an event that a script made is refused',
    nativeDiffers: 'nothing happens',
    async run(t) {
      const page = await t.open({ do: ['update-ui'] });
      await t.fetch(page, 'good', t.file());
      await t.outcome(page, 'good');
      const [{ untrusted }] = await t.until(async () => {
        const found = await t.rows(page, { kind: 'updateUI' });
        return found.length > 0 && found;
      }, 'the event');
      assert.equal(untrusted, 'InvalidStateError');
    },
  },
  {
    name: 'each event is delivered once',
    async run(t) {
      const page = await t.open();
      const ids = ['a', 'b', 'c'];
      for (const id of ids) await t.fetch(page, id, t.file({ size: 10_000 }));
      for (const id of ids) await t.outcome(page, id);
      await t.expectNothingLeft(page);
      assert.deepEqual((await t.rows(page, { kind: 'begin' })).map(({ id }) => id).sort(), ids);
    },
  },
  cutOff('an event cut off by the worker’s death is delivered again', 1),
  cutOff('an event cut off six times is delivered a seventh time, with its data', 6, { timeout: 90_000 }),
  {
    name: 'the app’s messages are its own',
    async run(t) {
      const page = await t.open({ do: ['echo', 'tell-pages'] });
      const file = t.file({ size: 200_000, rate: 200_000 });
      await t.fetch(page, 'quiet', file);
      await page.evaluate(async () => {
        await app.fetches.quiet.matchAll();
        await (await app.manager()).getIds();
        (await app.ready).active.postMessage('hello');
      });
      await t.expectSuccess(page, 'quiet', file);
      await page.waitFor(() => app.messages.length >= 2);
      const [messages, rows] = [await page.evaluate(() => app.messages), await t.rows(page, { kind: 'message' })];
      assert.deepEqual(
        messages.map(({ data }) => data),
        [{ echo: 'hello' }, { ended: 'quiet', result: 'success' }],
      );
      assert.deepEqual(
        rows.map(({ data }) => data),
        ['hello'],
      );
    },
  },
  {
    name: 'malformed messages of our brand are answered with an error',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ do: ['echo'] });
      const brand = 'background-fetch-polyfill';
      const messages = [
        { brand, version: 99, session: 's', id: 7, kind: 'getIds', args: [] },
        { brand },
        { brand, version: 1, session: 's', id: 7, kind: 'toString', args: [] },
        { brand, version: 1, session: 's', id: 7, kind: 'match', args: ['nobody', null, {}] },
        { brand, version: 1, session: 's', id: 7, kind: 'fetch', args: [] },
        { brand, version: 1, session: 's', id: 7, kind: 'state', args: 'none' },
      ];
      for (const message of messages) {
        const answers = await page.evaluate(async (data) => {
          const { active } = await app.ready;
          const { port1, port2 } = new MessageChannel();
          const kinds = [];
          const error = new Promise((resolve) => {
            port1.onmessage = (event) => {
              kinds.push(event.data.kind);
              if (event.data.kind === 'error') resolve(event.data.error.name);
              if (event.data.echo) resolve('the app has seen it');
            };
            setTimeout(resolve, 5_000, 'no answer');
          });
          active.postMessage(data, [port2]);
          return error;
        }, message);
        assert.match(answers, /Error$/, JSON.stringify(message));
      }
      assert.deepEqual(await t.rows(page, { kind: 'message' }), []);
      const file = t.file();
      await t.fetch(page, 'after all', file);
      await t.expectSuccess(page, 'after all', file);
    },
  },
];
