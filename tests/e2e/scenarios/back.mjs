/** A page that sleeps in the back/forward cache while its download goes on, and comes back. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { sentUpTo } from '../lib/measure.mjs';

/** ms: a call of a test has been answered by then. */
const SOON = 1_000;

/** The page is left by a link to another one of the app. */
async function leave(page) {
  await page.evaluate((soon) => {
    addEventListener('pageshow', ({ persisted }) => (app.persisted = persisted));
    setTimeout(() => (location.href = '/app/module.html?scope=/app/'), soon);
  }, SOON);
  await page.waitFor(() => location.pathname === '/app/module.html' && globalThis.app?.ready.then(() => true));
}

/** It must be the very page that was left, or nothing is shown. */
async function comeBack(page) {
  await page.evaluate((soon) => void setTimeout(() => history.back(), soon), SOON);
  await page.waitFor(() => location.pathname === '/app/page.html');
  assert.equal(await page.waitFor(() => globalThis.app?.persisted), true, 'it comes out of the back/forward cache');
}

export default [
  {
    name: 'a page that comes back learns the end of what has ended meanwhile',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const files = ['one', 'two'].map((id) => ({ id, file: t.file({ size: 2 * MIB, rate: 1e6 }) }));
      const long = t.file({ size: 12 * MIB, rate: 1e6 });
      for (const { id, file } of files) await t.fetch(page, id, file);
      await t.fetch(page, 'long', long);
      await sentUpTo(t, files[0].file, 0.3);
      await leave(page);
      for (const { id, file } of files) await t.expectSuccess(page, id, file);
      await comeBack(page);
      for (const { id } of files) {
        await t.until(() => page.evaluate((name) => app.state(name).result === 'success', id), `${id} is told`);
        const { downloaded, recordsAvailable } = await page.evaluate((name) => app.progress[name].at(-1), id);
        assert.deepEqual([downloaded, recordsAvailable], [2 * MIB, false], 'by a progress event');
      }
      // What still runs is followed again.
      await t.expectSuccess(page, 'long', long, { timeout: 40_000 });
      await t.until(() => page.evaluate(() => app.state('long').result === 'success'), 'the page is told');
    },
  },
  {
    name: 'an upload that was answered meanwhile is not sent again',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const upload = t.upload({ delay: 3_000 });
      await page.evaluate(
        (url) =>
          void app
            .fetch('upload', [[url, { method: 'POST', body: 'x'.repeat(100_000) }]])
            .then(() => (app.resolved = true)),
        upload.url,
      );
      await leave(page);
      const { type } = await t.outcome(page, 'upload');
      assert.equal(type, 'backgroundfetchsuccess');
      await t.browser.killWorker(page);
      await comeBack(page);
      await page.waitFor(() => app.resolved);
      await t.until(() => page.evaluate(() => app.state('upload').result === 'success'), 'the page is told');
      assert.equal(upload.requests.length, 1);
      assert.equal((await t.rows(page, { kind: 'begin' })).length, 1, 'one event');
    },
  },
];
