/** The names that guides use: `./aliases`, over this library and over the browser's own API, in pages and in workers. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { classic } from '../lib/classic.mjs';
import { MIB } from '../lib/context.mjs';
import { bundled } from '../lib/guide.mjs';

const ALL = [...ENGINES, 'chromium-native'];

/** In any realm: which of the names are there. */
const look = () => [
  ...['backgroundFetch'].filter((name) => name in navigator),
  ...['abort', 'configure'].filter((name) => name in BackgroundFetchManager.prototype),
  ...['start', 'getStatus', 'uploadBytesReceived', 'downloadBytesReceived'].filter(
    (name) => name in BackgroundFetchRegistration.prototype,
  ),
  ...['BackgroundFetchConfig'].filter((name) => name in globalThis),
];
const NAMES = [
  'backgroundFetch',
  'abort',
  'configure',
  'start',
  'getStatus',
  'uploadBytesReceived',
  'downloadBytesReceived',
  'BackgroundFetchConfig',
];

/** The app, whose page and worker have them. */
async function open(t, options) {
  t.origin.files['/made/aliases.js'] = await classic(t.dist, 'aliases.mjs', 'aliases');
  const page = await t.open({ do: ['aliases'], ...options });
  await page.evaluate(() => import('/dist/aliases.mjs'));
  return page;
}

export default [
  {
    name: 'without the import no name is there, in page and worker; with it all are',
    browsers: ALL,
    async run(t) {
      const page = await t.open({ do: ['names'] });
      const inPage = () => page.evaluate(look);
      assert.deepEqual(await inPage(), []);
      assert.deepEqual(await page.evaluate((code) => app.ask({ names: code }), `${look}`), []);
      t.origin.files['/made/aliases.js'] = await classic(t.dist, 'aliases.mjs', 'aliases');
      await page.evaluate(() => import('/dist/aliases.mjs'));
      assert.deepEqual(await inPage(), NAMES);
      const other = await t.open({ do: ['names', 'aliases'], scope: '/app/other/' });
      assert.deepEqual(await other.evaluate((code) => app.ask({ names: code }), `${look}`), NAMES);
    },
  },
  {
    name: 'a page begins, looks at, and aborts by them; limits hold',
    browsers: ALL,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: 8 * MIB, rate: 400_000 });
      const seen = await page.evaluate(async (url) => {
        const manager = navigator.backgroundFetch;
        const own = (await app.ready).backgroundFetch;
        const config = await own.configure({ downloadTotal: 9_000_000 });
        const film = await manager.fetch('film', url);
        app.follow(film);
        return [config instanceof BackgroundFetchConfig, film.downloadTotal, await manager.getIds()];
      }, file.url);
      assert.deepEqual(seen, [true, 9_000_000, ['film']]);
      const told = await t.until(
        () =>
          page.evaluate(async () => {
            const film = await navigator.backgroundFetch.get('film');
            const { downloadBytesReceived: bytes, uploadBytesReceived: sent, downloaded } = film;
            return bytes > 100_000 && [bytes === downloaded, sent, (await film.getStatus()).state];
          }),
        'some bytes',
        30_000,
      );
      assert.deepEqual(told, [true, 0, 'running']);
      const aborted = () => page.evaluate(() => navigator.backgroundFetch.abort('film'));
      assert.equal(await aborted(), true);
      await t.expectFailure(page, 'film', 'aborted');
      assert.equal(await aborted(), false);
    },
  },
  {
    name: 'what has failed begins again, by the page that began it and, of ours, by others, too',
    browsers: ALL,
    timeout: 60_000,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: 1000, status: 404, times: 1 });
      await page.evaluate(async (url) => {
        app.follow(await navigator.backgroundFetch.fetch('film', [new Request(url)], { title: 'A film' }));
      }, file.url);
      await t.expectFailure(page, 'film', 'bad-status');
      const again = await page.evaluate(async () => {
        const failed = app.fetches.film;
        const film = await failed.start();
        app.follow(film);
        return [film !== failed, film.id];
      });
      assert.deepEqual(again, [true, 'film']);
      const ends = async () => (await t.rows(page, { kind: 'event', id: 'film' })).map(({ type }) => type);
      await t.until(async () => (await ends()).length === 2, 'the second end', 30_000);
      assert.deepEqual(await ends(), ['backgroundfetchfail', 'backgroundfetchsuccess']);
      await t.until(async () => (await page.evaluate(() => app.state('film'))).result === 'success', 'it is told');
      const rejected = await page.evaluate(() => app.rejection(() => app.fetches.film.start()));
      assert.equal(rejected, 'InvalidStateError');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a worker has them at the fetches of its events, and what is paused goes on by start()',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: MIB, rate: 400_000 });
      await t.fetch(page, 'film', file);
      await page.evaluate(async () => (await import('/dist/extras.mjs')).pause(await app.ready, 'film'));
      const state = () => page.evaluate(async () => (await app.fetches.film.getStatus()).state);
      await t.until(async () => (await state()) === 'paused', 'it is paused');
      assert.equal(await page.evaluate(async () => (await app.fetches.film.start()) === app.fetches.film), true);
      await t.expectSuccess(page, 'film', file, { timeout: 30_000 });
      const [row] = await t.rows(page, { kind: 'aliases' });
      assert.deepEqual([row.id, row.downloadBytesReceived, row.ids], ['film', MIB, []]);
    },
  },
  {
    name: 'the guide does what it says',
    browsers: ALL,
    timeout: 60_000,
    async run(t) {
      let asked = 0;
      const big = Buffer.alloc(MIB);
      const files = {
        '/': { body: '<!doctype html><script type="module" src="/app.js"></script>', type: 'text/html' },
        '/app.js': `
          globalThis.shown = [];
          const show = (what) => shown.push(what);
          await navigator.serviceWorker.register('/sw.js');
          ${await bundled(t.dist, 'aliases', 'page', { apart: true })}`,
        '/sw.js': `
          const tell = (text) => new BroadcastChannel('told').postMessage(text);
          ${await bundled(t.dist, 'aliases', 'worker', { apart: true })}`,
        '/photos/ferry.jpg': big,
        '/photos/harbour.jpg': big,
        '/tiles.zip': () => (asked++ === 0 ? { body: '', status: 404 } : { body: big }),
        '/film.mp4': big,
      };
      const origin = await t.startOrigin({ files });
      const page = await t.openPage(`${origin.url}/`, true);
      const shown = () => page.evaluate(() => globalThis.shown ?? []);
      const has =
        (...all) =>
        async () => {
          const seen = await shown();
          return all.every((each) => seen.includes(each));
        };
      await t.until(has(false, 'tiles', 500_000_000, 2 * MIB, 'success'), 'all that it shows', 45_000);
      await t.until(() => asked === 2, 'what has failed is asked for again', 20_000);
      await page.evaluate(async () => {
        for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
      });
      await t.close(page);
    },
  },
];
