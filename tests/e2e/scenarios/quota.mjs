/** Storage that runs full in the middle of a download. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';

/** Where a test can tell the browser how much an origin may store: not in WebKitGTK, which has no such setting. */
const LIMITED = {
  browsers: ['chromium', 'firefox'],
  launch: { prefs: { 'dom.quotaManager.temporaryStorage.fixedLimit': 20 * 1024 } },
  timeout: 60_000,
};
const LIMIT = 10 * MIB;

async function openWithLittleRoom(t) {
  const page = await t.open();
  const cdp = await page.target?.createCDPSession();
  await cdp?.send('Storage.overrideQuotaForOrigin', { origin: t.origin.url, quotaSize: LIMIT });
  return page;
}

export default [
  {
    ...LIMITED,
    name: 'a file that does not fit fails with quota-exceeded, and others are not harmed',
    async run(t) {
      const page = await openWithLittleRoom(t);
      const big = t.file({ size: 3 * LIMIT, rate: 20e6 });
      const beside = t.file({ size: 2 * MIB, rate: 500_000 });
      await t.fetch(page, 'beside', beside);
      await t.fetch(page, 'big', big);
      const { records } = await t.expectFailure(page, 'big', 'quota-exceeded', { timeout: 40_000 });
      assert.equal(records[0].error, 'TypeError');
      await t.expectSuccess(page, 'beside', beside, { timeout: 40_000 });
      // There is room again.
      const again = t.file({ size: 5 * MIB });
      await t.fetch(page, 'again', again);
      await t.expectSuccess(page, 'again', again, { timeout: 40_000 });
      await t.expectNothingLeft(page);
    },
  },
  {
    ...LIMITED,
    // Chromium's estimate does not know of a limit set by the debugger.
    browsers: ['firefox'],
    name: 'a downloadTotal that does not fit is refused before anything is fetched',
    async run(t) {
      const page = await openWithLittleRoom(t);
      const file = t.file();
      const name = await page.evaluate((url, downloadTotal) => app.rejection(() => app.fetch('big', url, { downloadTotal })), file.url, 10 * LIMIT);
      assert.equal(name, 'QuotaExceededError');
      assert.equal(file.requests.length, 0);
      await t.expectNothingLeft(page);
    },
  },
];
