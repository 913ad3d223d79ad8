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
