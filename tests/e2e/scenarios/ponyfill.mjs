/** Without a change of any global, and beside the browser's own API. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';

/** An app with the ponyfill, whose worker and page have these wishes. @param {import('../lib/context.mjs').Context} t */
const open = (t, query = {}) => t.open({ type: 'ponyfill', html: 'ponyfill.html', query });

/** What the page's globals are, and what the worker says of its own. @param {any} page */
const seen = async (page) => ({
  page: await page.evaluate(() =>
    ['BackgroundFetchManager', 'BackgroundFetchRegistration', 'BackgroundFetchRecord'].filter((name) => name in window),
  ),
  getter: await page.evaluate(() => 'backgroundFetch' in ServiceWorkerRegistration.prototype),
  worker: await page.evaluate(() => app.ask('served')),
});

export default [
  {
    name: 'a download, and no global is touched',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: 3 * MIB, rate: 1_000_000 });
      await t.fetch(page, 'film', file);
      assert.deepEqual(await seen(page), {
        page: [],
        getter: false,
        worker: { same: true, globals: [], ids: ['film'] },
      });
      const row = await t.expectSuccess(page, 'film', file);
      assert.equal(row.constructor, 'BackgroundFetchUpdateUIEvent');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'it goes on after the death of the worker and a reload',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: 3 * MIB, rate: 600_000 });
      await t.fetch(page, 'film', file);
      await t.until(() => file.sent > MIB, 'a third of it');
      await page.evaluate(() => location.reload());
      await t.browser.killWorker(page);
      await page.waitFor(() => globalThis.app?.manager && app.manager().then((manager) => manager.getIds()));
      await t.expectSuccess(page, 'film', file);
    },
  },
  {
    name: 'the browser’s own where there is one',
    browsers: ['chromium-native'],
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: MIB });
      await t.fetch(page, 'film', file);
      assert.match(await page.evaluate(() => `${app.fetches.film.constructor}`), /native code/);
      await t.expectSuccess(page, 'film', file);
    },
  },
  {
    name: 'ours beside the browser’s own, if the app wants it',
    browsers: ['chromium-native'],
    async run(t) {
      const page = await open(t, { prefer: 'ours', page: 'ours' });
      const file = t.file({ size: MIB });
      await t.fetch(page, 'film', file);
      assert.doesNotMatch(await page.evaluate(() => `${app.fetches.film.constructor}`), /native code/);
      assert.match(await page.evaluate(() => `${BackgroundFetchManager}`), /native code/);
      await t.expectSuccess(page, 'film', file);
    },
  },
  {
    name: 'a page and a worker that do not agree are told',
    browsers: ['chromium-native'],
    async run(t) {
      const page = await open(t, { page: 'ours' });
      const { name, message } = await page.evaluate(() =>
        app.fetch('film', ['/file?size=1']).catch(({ name, message }) => ({ name, message })),
      );
      assert.equal(name, 'InvalidStateError');
      assert.match(message, /`prefer: 'ours'` to serve\(\), too/);
      assert.equal(
        await page.evaluate(() =>
          import('/dist/ponyfill.mjs').then(async ({ backgroundFetch }) => {
            try {
              backgroundFetch(await app.ready, { prefer: 'theirs' });
            } catch (error) {
              return `${error}`;
            }
          }),
        ),
        "TypeError: `prefer` must be 'native' or 'ours'.",
      );
    },
  },
  {
    name: 'a worker that has ours reports what comes of the browser’s own',
    browsers: ['chromium-native'],
    async run(t) {
      t.mayReport = /browser's own Background Fetch/;
      const page = await open(t, { prefer: 'ours' });
      await t.fetch(page, 'film', t.file({ size: MIB }));
      const rows = () => t.rows(page, { kind: 'error' });
      const [{ message }] = await t.until(async () => ((await rows()).length ? rows() : null), 'the report', 30_000);
      assert.match(message, /backgroundfetchsuccess of the browser's own Background Fetch: give `prefer: 'ours'`/);
    },
  },
];
