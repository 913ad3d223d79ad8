/** What of ours is in Cache Storage is not the app's. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB, ourName } from '../lib/context.mjs';
import { checkSent, sentUpTo } from '../lib/measure.mjs';

const shown = () => caches.keys();

export default [
  {
    name: 'an app that deletes all caches that it does not know harms no download',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ do: ['tidy'] });
      const file = t.file({ size: 12 * MIB, rate: 2e6 });
      await t.fetch(page, 'tidied', file);
      await sentUpTo(t, file, 0.5);
      const name = ourName(`${t.origin.url}/app/`);
      assert.equal(await page.evaluate((ours) => caches.has(ours), name), true, 'it is there');
      await page.evaluate(() => caches.open('the app’s own').then(() => null));
      assert.deepEqual(await page.evaluate(shown), ['the app’s own'], 'in a page');
      assert.deepEqual(await page.evaluate(() => app.ask('tidy')), ['the app’s own'], 'in a worker');
      await page.evaluate(async () => {
        for (const each of await caches.keys()) await caches.delete(each);
      });
      await t.expectSuccess(page, 'tidied', file);
      checkSent(file, 1.05);
    },
  },
  {
    name: 'an app that wants to see our caches does',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ before: ['show-caches'], do: ['tidy'] });
      const file = t.file({ size: 4 * MIB, rate: 1e6 });
      await t.fetch(page, 'shown', file);
      await sentUpTo(t, file, 0.6);
      const name = ourName(`${t.origin.url}/app/`);
      await t.until(() => page.evaluate((ours) => caches.has(ours), name), 'it is there');
      assert.deepEqual(await page.evaluate(() => app.ask('names')), [name]);
      assert.deepEqual(await page.evaluate(shown), []);
      await t.expectSuccess(page, 'shown', file);
    },
  },
];
