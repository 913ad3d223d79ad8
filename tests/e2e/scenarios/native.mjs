/** Where the browser has the API, ours stays out of the way; where it has not, ours is there. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';

/** In the page. */
function describeApi() {
  const isNative = (value) => /\[native code\]/.test(Function.prototype.toString.call(value));
  const { get } = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'backgroundFetch');
  return {
    manager: isNative(BackgroundFetchManager),
    getter: isNative(get),
    fetch: isNative(BackgroundFetchManager.prototype.fetch),
  };
}

export default [
  {
    name: 'with the browser’s own API ours installs nothing, and the app works',
    browsers: ['chromium-native'],
    async run(t) {
      for (const type of /** @type {const} */ (['classic', 'module', 'slim'])) {
        const page = await t.open({ type, do: ['natives'], scope: `/app/${type}/` });
        assert.deepEqual(await page.evaluate(describeApi), { manager: true, getter: true, fetch: true });
        if (type === 'classic') {
          assert.deepEqual(await page.evaluate(() => app.ask('natives')), { missing: [], natives: 5, getter: true });
        }
        const file = t.file({ size: MIB });
        await t.fetch(page, type, file);
        await t.expectSuccess(page, type, file);
        const ours = await page.evaluate(async () => ({
          databases: (await indexedDB.databases()).map(({ name }) => name),
          caches: await caches.keys(),
          locks: Object.values(await navigator.locks.query())
            .flat()
            .map(({ name }) => name),
        }));
        assert.deepEqual(ours, { databases: ['app-log'], caches: [], locks: [] });
      }
    },
  },
  {
    name: 'without it ours is installed, in page and worker',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ do: ['natives'] });
      assert.deepEqual(
        await page.evaluate(() => app.ask('natives').then(({ missing, natives }) => ({ missing, natives }))),
        { missing: [], natives: 0 },
      );
      assert.deepEqual(
        await page.evaluate(() =>
          ['BackgroundFetchManager', 'BackgroundFetchRegistration', 'BackgroundFetchRecord'].filter(
            (name) => !(name in window),
          ),
        ),
        [],
      );
      assert.deepEqual(
        await page.evaluate(() =>
          ['BackgroundFetchEvent', 'BackgroundFetchUpdateUIEvent', 'onbackgroundfetchsuccess'].filter(
            (name) => name in window,
          ),
        ),
        [],
        'events are for workers only',
      );
    },
  },
  {
    name: 'ours leaves nothing in the origin of an app that does not use it',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      await page.evaluate(() => log.rows().then(() => null));
      assert.deepEqual(
        await page.evaluate(async () => ({
          databases: (await indexedDB.databases()).map(({ name }) => name),
          caches: await app.allCaches(),
          locks: Object.values(await navigator.locks.query()).flat().length,
        })),
        { databases: ['app-log'], caches: [], locks: 0 },
      );
    },
  },
];
