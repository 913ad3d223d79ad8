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

export default [
  {
    name: 'one that asks to be left alone is, by all files',
    nativeDiffers: 'the fetch fails with bad-status',
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 20 }, () => t.file({ size: 20_000 }));
      t.origin.setBusy(3, '5');
      await t.fetch(page, 'all', files);
      await t.expectSuccess(page, 'all', files);
      // As many as there are connections; then a few that ask whether it is back.
      atMost(countBefore(files, 4_900), 4, 'requests in the time that it asked for');
      atMost(times(files).length, 24, 'requests');
      await t.expectNothingLeft(page);
    },
  },
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
  {
    name: 'one that refuses every twentieth request brings 200 files',
    protocols: ['h1'],
    nativeDiffers: 'the fetch fails with bad-status',
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 200 }, () => t.file({ size: 5_000 }));
      t.origin.setRefusesEvery(20);
      await t.fetch(page, 'all', files);
      await t.expectSuccess(page, 'all', files, { timeout: 35_000 });
      atMost(times(files).length / files.length, 1.2, 'requests ÷ files');
      await t.expectNothingLeft(page);
    },
  },
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
  {
    name: 'one that bears two connections brings all files over two',
    nativeDiffers: 'the fetch fails with bad-status',
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 8 }, () => t.file({ size: 100_000, rate: 200_000 }));
      t.origin.setBears(2);
      await t.fetch(page, 'all', files);
      await t.expectSuccess(page, 'all', files);
      atMost(times(files).length, files.length + 4, 'requests');
      await t.expectNothingLeft(page);
    },
  },
];
