/** Patience belongs to the server: what it has told one request, the others need not ask. */
import assert from 'node:assert/strict';
import { sleep } from '../../harness/process.mjs';
import { atMost } from '../lib/measure.mjs';

export const protocols = ['h1', 'h2'];

/** When files were asked for, in ms since the first of them, the earliest first. */
function times(files) {
  const all = files.flatMap(({ requests }) => requests.map(({ at }) => at)).sort((a, b) => a - b);
  return all.map((at) => at - all[0]);
}

/** How many requests came before a time, in ms. */
const countBefore = (files, time) => times(files).filter((at) => at < time).length;

/** So many files of an origin that is in trouble, all of which come. */
const brings = (name, { count, ...parameters }, { trouble, check, timeout, ...more }) => ({
  name,
  nativeDiffers: 'the fetch fails with bad-status',
  ...more,
  async run(t) {
    const page = await t.open();
    const files = Array.from({ length: count }, () => t.file(parameters));
    trouble(t.origin);
    await t.fetch(page, 'all', files);
    await t.expectSuccess(page, 'all', files, { timeout });
    check(files);
    await t.expectNothingLeft(page);
  },
});

export default [
  brings(
    'one that asks to be left alone is, by all files',
    { count: 20, size: 20_000 },
    {
      trouble: (origin) => origin.setBusy(3, '5'),
      check(files) {
        // As many as there are connections; then a few that ask whether it is back.
        atMost(countBefore(files, 4_900), 4, 'requests in the time that it asked for');
        atMost(times(files).length, 24, 'requests');
      },
    },
  ),
  {
    name: 'one that asks to be left alone is, by the next worker, too',
    protocols: ['h1'],
    nativeDiffers: 'the fetch fails with bad-status',
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 6 }, () => t.file({ size: 20_000 }));
      t.origin.setBusy(4, '10');
      await t.fetch(page, 'all', files);
      await t.until(() => times(files).length > 0, 'a request');
      // It has to be written down.
      await sleep(1_500);
      const before = times(files).length;
      await t.browser.killWorker(page);
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), ['all']);
      await t.expectSuccess(page, 'all', files);
      const next = times(files)[before];
      assert.ok(next >= 9_500, `asked again after ${next} ms`);
      await t.expectNothingLeft(page);
    },
  },
  brings(
    'one that refuses every twentieth request brings 200 files',
    { count: 200, size: 5_000 },
    {
      protocols: ['h1'],
      timeout: 35_000,
      trouble: (origin) => origin.setRefusesEvery(20),
      check: (files) => atMost(times(files).length / files.length, 1.2, 'requests ÷ files'),
    },
  ),
  {
    name: 'one that is away for 15 s, amid 60 files of it and another',
    protocols: ['h1'],
    nativeVaries: 'it asks again every 20 s',
    timeout: 80_000,
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const own = Array.from({ length: 30 }, () => t.file({ size: 50_000, rate: 100_000 }));
      const theirs = Array.from({ length: 30 }, () => t.file({ size: 50_000, rate: 100_000, cors: 1 }, other));
      const files = own.flatMap((file, index) => [file, theirs[index]]);
      await t.fetch(page, 'all', files);
      await t.until(() => theirs.filter(({ sent }) => sent === 50_000).length > 3, 'some of its files');
      await other.setOffline(true);
      await sleep(15_000);
      await other.setOffline(false);
      await t.expectSuccess(page, 'all', files, { timeout: 60_000 });
      await t.expectNothingLeft(page);
    },
  },
  brings(
    'one that bears two connections brings all files over two',
    { count: 8, size: 100_000, rate: 200_000 },
    {
      trouble: (origin) => origin.setBears(2),
      // A refusal that comes before the first head of those that it does bear tells of no number: then as many are asked
      // for at once again, after a wait.
      check: (files) => atMost(times(files).length, 2 * files.length + 4, 'requests'),
    },
  ),
];
