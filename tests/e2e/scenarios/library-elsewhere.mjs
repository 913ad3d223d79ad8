/** The library where no engine of ours has fetched what it keeps, and the app of its guide. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB, SETTLED } from '../lib/context.mjs';
import { bundled } from '../lib/guide.mjs';
import { ask, expectOnly, keepFile, kept, open, range, SIZE, sha256 } from '../lib/library.mjs';

export default [
  {
    name: 'what the library has made by itself, the engine goes on with',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await open(t);
      // As where the browser has the API, and no engine has ever run.
      const copied = await page.evaluate(async () => {
        const bytes = new Uint8Array(20 << 20).map((_, at) => at >> 10);
        const record = {
          request: new Request('/file?copied#t=5'),
          responseReady: Promise.resolve(new Response(bytes)),
        };
        const fetched = { id: 'copied', downloaded: bytes.length, result: 'success', recordsAvailable: true };
        const { name, size, urls } = await library.keep({ ...fetched, matchAll: async () => [record] });
        return { name, size, urls };
      });
      const url = `${t.origin.url}/file?copied`;
      assert.deepEqual(copied, { name: 'copied', size: 20 * MIB, urls: [url] });
      const { rows } = await t.leftovers(page);
      assert.deepEqual(rows, { kept: 1, keptUrls: 1, records: 1, segments: 2 });
      await keepFile(t, page, 'fetched', { size: MIB });
      await t.browser.killWorker(page);
      await keepFile(t, page, 'fetched:again', { size: MIB });
      await expectOnly(t, page, ['copied', 'fetched']);
      const seam = await page.evaluate(async (of) => {
        const from = (16 << 20) - 2048;
        const response = await fetch(of, { headers: { range: `bytes=${from}-${from + 4095}` } });
        return [...new Uint8Array(await response.arrayBuffer())].filter((_, at) => at % 1024 === 0);
      }, url);
      assert.deepEqual(seam, [254, 255, 0, 1], 'across the seam of two entries');
    },
  },
  {
    name: 'items outlive the day on which the browser has the API itself',
    browsers: ['chromium'],
    launch: {},
    timeout: 90_000,
    async run(t) {
      const page = await open(t);
      const { file } = await keepFile(t, page, 'stays', { size: 3 * MIB });
      await t.relaunch({ native: true });
      const again = await open(t);
      // In which all else that ours has left would go.
      await sleep(SETTLED);
      const answer = await ask(again, file.url, range('bytes=1000000-1999999'));
      assert.deepEqual([answer.status, answer.sha256], [206, sha256(file, 1_000_000, 2_000_000)]);
      assert.equal(await again.evaluate(() => library.remove('stays')), true);
      await expectOnly(t, again, []);
    },
  },
  {
    name: 'a copy that fails leaves nothing',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const failed = await page.evaluate(async () => {
        let chunks = 3;
        const pull = (controller) => {
          if (chunks-- === 0) throw new RangeError('the source is gone');
          controller.enqueue(new Uint8Array(10 << 20));
        };
        const response = new Response(new ReadableStream({ pull }));
        const record = { request: new Request('/file?copied'), responseReady: Promise.resolve(response) };
        const fetched = { id: 'copied', downloaded: 1, result: 'success', recordsAvailable: true };
        return app.rejection(() => library.keep({ ...fetched, matchAll: async () => [record] }));
      });
      assert.equal(failed, 'RangeError');
      await expectOnly(t, page, []);
    },
  },
  {
    name: 'where the browser has the API, its bytes are copied',
    browsers: ['chromium-native'],
    timeout: 180_000,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: SIZE });
      await t.fetch(page, 'film', file);
      await kept(t, page, 'film');
      await expectOnly(t, page, ['film']);
      const { rows } = await t.leftovers(page);
      assert.deepEqual(rows, { kept: 1, keptUrls: 1, records: 1, segments: 4 });
      // Which is none of what is left of ours.
      await t.browser.killWorker(page);
      const again = await open(t);
      const answer = await ask(again, file.url, range(`bytes=${20 * MIB}-${40 * MIB - 1}`));
      assert.deepEqual([answer.status, answer.sha256], [206, sha256(file, 20 * MIB, 40 * MIB)]);
      assert.equal((await ask(again, file.url)).sha256, file.sha256);
      await again.evaluate(() => library.remove('film'));
      await expectOnly(t, again, []);
    },
  },
  {
    name: 'an app that deletes all caches that it does not know harms no item',
    browsers: [...ENGINES, 'chromium-native'],
    async run(t) {
      const page = await open(t, ['tidy']);
      const { file } = await keepFile(t, page, 'stays', { size: MIB });
      await page.evaluate(() => caches.open('the app’s own').then(() => null));
      assert.deepEqual(await page.evaluate(() => app.ask('tidy')), ['the app’s own'], 'in a worker');
      await page.evaluate(async () => {
        for (const each of await caches.keys()) await caches.delete(each);
      });
      await expectOnly(t, page, ['stays']);
      assert.equal((await ask(page, file.url)).sha256, file.sha256);
    },
  },
  {
    name: 'where the browser has the API, a copy in whose middle it dies leaves nothing',
    browsers: ['chromium-native'],
    timeout: 180_000,
    async run(t) {
      const page = await open(t);
      await t.fetch(page, 'film', t.file({ size: 4 * SIZE }));
      await t.until(async () => ((await t.leftovers(page)).rows.segments ?? 0) > 1, 'it is being copied', 60_000);
      await t.relaunch();
      const again = await open(t);
      assert.ok(((await t.leftovers(again)).rows.segments ?? 0) > 0, 'something is left of it');
      // Nobody is told of it again: it has to be fetched once more.
      await again.evaluate(() => library.list());
      await expectOnly(t, again, []);
    },
  },
  {
    name: 'the guide does what it says',
    browsers: ENGINES,
    async run(t) {
      const film = Buffer.alloc(3 * MIB, 'The Night Ferry. ');
      const files = {
        '/': { body: '<!doctype html><script type="module" src="/app.js"></script>', type: 'text/html' },
        '/app.js': `
          globalThis.shown = [];
          const show = (what) => shown.push(what);
          await navigator.serviceWorker.register('/sw.js');
          ${await bundled(t.dist, 'offline', 'page')}`,
        '/sw.js': await bundled(t.dist, 'offline', 'worker'),
        '/films/ferry.mp4': film,
      };
      const origin = await t.startOrigin({ files });
      const page = await t.openPage(`${origin.url}/`, true);
      await page.waitFor(() => globalThis.shown?.includes('ferry: 3145728 bytes'), { timeout: 30_000, every: 100 });
      const asked = () => origin.requests().filter(({ url }) => url === '/films/ferry.mp4').length;
      const before = asked();
      // As after a reload, which the worker controls.
      const again = await t.openPage(`${origin.url}/`, true);
      await again.waitFor(() => navigator.serviceWorker.controller !== null, { timeout: 10_000, every: 100 });
      const part = await ask(again, '/films/ferry.mp4', range('bytes=1000000-'));
      assert.deepEqual([part.status, part.size], [206, 3 * MIB - 1_000_000]);
      assert.equal(asked(), before, 'it is kept, and asked for no more');
      await again.evaluate(async () => {
        for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
      });
      await t.close(again);
      await t.close(page);
    },
  },
];
