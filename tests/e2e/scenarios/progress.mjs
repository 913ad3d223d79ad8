/** What the app's page sees of a running download. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';
import { OVER_BOTH } from '../lib/protocols.mjs';

/** "At least once a second while bytes arrive", and the patience of a busy machine. */
const LONGEST_PAUSE = 1_300;

/** The progress events of a fetch, when its result has come. */
async function progressOf(page, id) {
  await page.waitFor((name) => app.state(name).result, { args: [id], timeout: 60_000 });
  // Whatever came after the result would be there by now.
  return page.evaluate(async (name) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return app.progress[name];
  }, id);
}

/** Events of one fetch: never backwards, never without news, and nothing after the result. */
function checkProgress(events, size) {
  assert.ok(events.length > 0, 'there are events');
  assert.ok(events.every(({ same }) => same));
  events.forEach((event, index) => {
    const before = events[index - 1];
    if (before) assert.ok(event.downloaded >= before.downloaded, 'progress goes on');
    if (before && event.result === '') assert.ok(event.downloaded > before.downloaded, 'each event has news');
    assert.equal(event.result, index === events.length - 1 ? 'success' : '', 'only the last event has the result');
  });
  assert.equal(events.at(-1).downloaded, size);
}

const throttled = (size, rate) => async (t) => {
  const page = await t.open();
  const file = t.file({ size, rate });
  await t.fetch(page, 'slow', file, { downloadTotal: size });
  const events = await progressOf(page, 'slow');
  checkProgress(events, size);
  const pauses = events.slice(1).map(({ at }, index) => Math.round(at - events[index].at));
  atMost(Math.max(...pauses), LONGEST_PAUSE, `ms without an event, of ${pauses}`);
  const seconds = (events.at(-1).at - events[0].at) / 1000;
  assert.ok(events.length <= 20 * seconds + 3, `at most about 20 a second: ${events.length} in ${seconds} s`);
  await t.expectSuccess(page, 'slow', file);
};

export default [
  {
    name: 'attributes of a registration',
    async run(t) {
      const page = await t.open();
      const file = t.file({ rate: 50_000 });
      const state = await t.fetch(page, 'attributes', file, {
        downloadTotal: 5_000_000_000,
        title: 'A title',
        icons: [],
      });
      assert.deepEqual(state, {
        id: 'attributes',
        uploadTotal: 0,
        uploaded: 0,
        downloadTotal: 5_000_000_000,
        downloaded: 0,
        result: '',
        failureReason: '',
        recordsAvailable: true,
      });
      await t.expectSuccess(page, 'attributes', file);
      await t.until(() => page.evaluate(() => !app.state('attributes').recordsAvailable), 'records are given up');
      const end = await page.evaluate(() => app.state('attributes'));
      assert.deepEqual([end.downloaded, end.result], [file.size, 'success']);
    },
  },
  { name: 'on a link of 1 MB/s', ...OVER_BOTH, run: throttled(6_000_000, 1e6) },
  { name: 'on a link of 100 kB/s', run: throttled(500_000, 1e5) },
  {
    name: 'of many small files',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 40 }, () => t.file({ size: 10_000, delay: 30 }));
      await t.fetch(page, 'small', files);
      checkProgress(await progressOf(page, 'small'), 400_000);
    },
  },
  {
    name: 'in every page that has the registration',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, rate: 1e6 });
      const other = await t.underWay(async () => {
        await t.fetch(page, 'both', file);
        const opened = await t.open({ registers: false });
        assert.deepEqual(await opened.evaluate(() => app.adopt()), ['both']);
        return opened;
      });
      for (const each of [page, other]) checkProgress(await progressOf(each, 'both'), file.size);
    },
  },
  {
    name: 'the result is there before a message of the handler',
    async run(t) {
      const page = await t.open({ do: ['tell-pages'] });
      const ids = ['a', 'b', 'c', 'd', 'e'];
      for (const id of ids) {
        await t.fetch(page, id, t.file({ size: 20_000 }));
        await t.outcome(page, id);
      }
      await page.waitFor((count) => app.messages.length >= count, { args: [ids.length] });
      const messages = await page.evaluate(() => app.messages);
      assert.deepEqual(
        messages.map(({ data, states }) => [data.ended, states[data.ended].result, states[data.ended].downloaded]),
        ids.map((id) => [id, 'success', 20_000]),
      );
    },
  },
  {
    name: 'a failure is there before a message of the handler',
    async run(t) {
      const page = await t.open({ do: ['tell-pages'] });
      await t.fetch(page, 'fails', t.file({ status: 404 }));
      await page.waitFor(() => app.messages.length);
      const [{ states }] = await page.evaluate(() => app.messages);
      assert.deepEqual([states.fails.result, states.fails.failureReason], ['failure', 'bad-status']);
    },
  },
  {
    name: 'as much as downloadTotal is allowed',
    async run(t) {
      const page = await t.open();
      const files = [t.file({ size: 60_000 }), t.file({ size: 40_000 })];
      await t.fetch(page, 'exact', files, { downloadTotal: 100_000 });
      await t.expectSuccess(page, 'exact', files);
    },
  },
  {
    name: 'more than downloadTotal ends it',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 8 * MIB, rate: 2e6 });
      await t.fetch(page, 'exceeded', file, { downloadTotal: 2 * MIB });
      await t.expectFailure(page, 'exceeded', 'download-total-exceeded');
      await t.until(
        () => page.evaluate(() => app.state('exceeded').failureReason === 'download-total-exceeded'),
        'the page is told',
      );
      await t.until(() => file.requests.every(({ done }) => done), 'the transfer is ended');
      assert.ok(file.sent < 6 * MIB, `only ${file.sent} bytes of ${file.size} were sent`);
      await t.expectNothingLeft(page);
    },
  },
];
