/** The library: what was fetched stays where it is, is found again, is served with ranges, and goes when it is told to. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB, ourName } from '../lib/context.mjs';
import { ask, expectOnly, keepFile, kept, open, range, SIZE, sha256 } from '../lib/library.mjs';
import { atMost } from '../lib/measure.mjs';

/** Something dies so many milliseconds after the app is about to keep an item; `kill` gives the page that goes on. */
function diesKeeping(waits, kill) {
  return async (t) => {
    let page = await open(t);
    const names = [];
    for (const wait of waits) {
      const id = `kill${wait}`;
      const file = t.file({ size: 5 * MIB });
      await t.fetch(page, id, file);
      await t.until(
        async () => (await t.rows(page, { kind: 'keeping', id })).length > 0,
        'it is about to keep',
        30_000,
      );
      await sleep(wait);
      page = await kill(t, page);
      names.push(id);
      await t.until(
        async () => (await page.evaluate(() => library.list())).some(({ name }) => name === id),
        `${id} is kept`,
        40_000,
      );
      assert.equal((await ask(page, file.url)).sha256, file.sha256);
    }
    await expectOnly(t, page, names);
  };
}

export default [
  {
    name: 'a film of 64 MiB is kept at once, and sought in',
    browsers: ENGINES,
    alone: true,
    timeout: 120_000,
    async run(t) {
      const page = await open(t);
      const { file, row } = await keepFile(t, page, 'film', { size: SIZE });
      atMost(row.ms, 100, 'ms to keep it');
      atMost(row.grown, MIB, 'bytes that the storage grew');
      assert.deepEqual([row.item.name, row.item.size, row.item.urls], ['film', SIZE, [file.url]]);
      await expectOnly(t, page, ['film']);
      const { rows } = await t.leftovers(page);
      assert.ok(rows.segments > 3, `${rows.segments} segments`);
      const requests = file.requests.length;

      const times = [];
      for (let at = 0; at < 10; at++) {
        const start = Math.floor((SIZE * at) / 10.7) + at;
        const end = start + 300_000;
        const began = Date.now();
        const answer = await ask(page, file.url, range(`bytes=${start}-${end - 1}`));
        times.push(Date.now() - began);
        assert.equal(answer.status, 206);
        assert.equal(answer.headers['content-range'], `bytes ${start}-${end - 1}/${SIZE}`);
        assert.equal(answer.headers['content-length'], '300000');
        assert.equal(answer.sha256, sha256(file, start, end), `from ${start} on`);
      }
      console.log(`          ${Math.round(row.ms)} ms to keep, ${times.join(' ')} ms to seek`);
      const last = await ask(page, file.url, range(`bytes=${SIZE - 1_000_000}-`));
      assert.equal(last.sha256, sha256(file, SIZE - 1_000_000, SIZE));
      const whole = await ask(page, file.url);
      assert.deepEqual([whole.status, whole.size, whole.sha256], [200, SIZE, file.sha256]);
      assert.equal(file.requests.length, requests, 'the server was not asked again');
    },
  },
  {
    name: 'requests are answered as a server would',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const { file } = await keepFile(t, page, 'small', { size: 1_000, etag: '"one"' });
      const { url } = file;
      const { headers } = await ask(page, url);
      assert.equal(headers['accept-ranges'], 'bytes');
      assert.equal(headers['content-length'], '1000');
      assert.ok(headers.etag && headers['content-type'], JSON.stringify(headers));

      const head = await page.evaluate(async (of) => {
        const response = await fetch(of, { method: 'HEAD' });
        return [response.status, response.headers.get('content-length'), (await response.blob()).size];
      }, url);
      assert.deepEqual(head, [200, '1000', 0]);

      const beyond = await ask(page, url, range('bytes=1000-'));
      assert.deepEqual([beyond.status, beyond.headers['content-range'], beyond.size], [416, 'bytes */1000', 0]);
      const suffix = await ask(page, url, range('bytes=-10'));
      assert.deepEqual([suffix.status, suffix.sha256], [206, sha256(file, 990, 1000)]);
      assert.equal((await ask(page, url, range('bytes=0-1,5-6'))).size, 1_000);

      const same = await ask(page, url, { headers: { range: 'bytes=5-9', 'if-range': headers.etag } });
      const other = await ask(page, url, { headers: { range: 'bytes=5-9', 'if-range': '"other"' } });
      assert.deepEqual([same.status, same.size, other.status, other.size], [206, 5, 200, 1_000]);
      assert.equal((await ask(page, `${url}&other`)).status, 404);
    },
  },
  {
    name: 'a body that came with a content coding is what it is',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const { file } = await keepFile(t, page, 'coded', { size: 2 * MIB, gzip: 1 });
      const part = await ask(page, file.url, range('bytes=1000000-1999999'));
      assert.equal(part.headers['content-encoding'], undefined);
      assert.equal(part.headers['content-range'], `bytes 1000000-1999999/${2 * MIB}`);
      assert.equal(part.sha256, sha256(file, 1_000_000, 2_000_000));
    },
  },
  {
    name: 'page and worker see the same items, and hear of changes',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const { file: one } = await keepFile(t, page, 'one', { size: 3 * MIB });
      const { file: two } = await keepFile(t, page, 'two', { size: 1_000 });
      const inPage = (call, ...args) => page.evaluate((...all) => library[all[0]](...all[1]), call, args);
      const inWorker = (call, ...args) =>
        page.evaluate((...all) => app.ask({ call: all[0], args: all[1] }), call, args);
      for (const each of [inPage, inWorker]) {
        assert.deepEqual(
          (await each('list')).map(({ name, size, urls }) => [name, size, urls]),
          [
            ['one', 3 * MIB, [one.url]],
            ['two', 1_000, [two.url]],
          ],
        );
        assert.equal((await each('get', 'two')).id, 'two');
        assert.ok(!(await each('get', 'three')));
        assert.deepEqual([await each('size', 'one'), await each('size')], [3 * MIB, 3 * MIB + 1_000]);
      }
      assert.deepEqual(await page.evaluate(() => changes), ['one', 'two']);
      const matched = await page.evaluate(async (url) => {
        const response = await library.match(`${url}#t=10`);
        return [response.status, response.url, (await response.blob()).size];
      }, one.url);
      assert.deepEqual(matched, [200, one.url, 3 * MIB]);

      assert.equal(await inPage('remove', 'one'), true);
      assert.equal(await inWorker('remove', 'one'), false);
      await expectOnly(t, page, ['two']);
      assert.equal((await ask(page, one.url)).status, 404);
      assert.equal(await inWorker('remove', 'two'), true);
      await expectOnly(t, page, []);
      await t.until(async () => (await page.evaluate(() => changes)).length === 4, 'four changes in the page');
      await t.until(async () => (await t.rows(page, { kind: 'change' })).length === 4, 'four changes in the worker');
    },
  },
  {
    name: 'another one of the same name takes its place',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const { file: old } = await keepFile(t, page, 'series:1', { size: 3 * MIB });
      const { file } = await keepFile(t, page, 'series:2', { size: 2 * MIB });
      await expectOnly(t, page, ['series']);
      assert.equal((await ask(page, old.url)).status, 404);
      assert.equal((await ask(page, file.url)).sha256, file.sha256);
    },
  },
  {
    name: 'the worker is killed while it keeps: nothing is lost, and nothing is left',
    browsers: ENGINES,
    timeout: 120_000,
    run: diesKeeping([0, 5, 20, 60], async (t, page) => {
      await t.browser.killWorker(page);
      return page;
    }),
  },
  {
    name: 'the browser is killed while an item is kept: nothing is lost, and nothing is left',
    browsers: ENGINES,
    timeout: 120_000,
    run: diesKeeping([0, 5, 20], async (t) => {
      await t.relaunch();
      return open(t);
    }),
  },
  {
    name: 'the worker is killed while it removes an item: nothing of it is left',
    browsers: ENGINES,
    timeout: 120_000,
    async run(t) {
      const page = await open(t);
      await keepFile(t, page, 'stays', { size: 2 * MIB });
      for (const wait of [0, 5, 20, 60]) {
        await keepFile(t, page, `film:${wait}`, { size: 24 * MIB });
        // Not waited for.
        await page.evaluate(() => void app.ask({ call: 'remove', args: ['film'] }).catch(() => undefined));
        await sleep(wait);
        await t.browser.killWorker(page);
        // It may not have begun: then there is all of it. Otherwise the next life of the worker goes on.
        const { length } = await page.evaluate(() => app.ask({ call: 'list', args: [] }));
        if (length > 1) assert.equal(await page.evaluate(() => library.remove('film')), true);
        await expectOnly(t, page, ['stays']);
      }
    },
  },
  {
    name: 'what another worker was removing when it died is removed all the same',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      await keepFile(t, page, 'film', { size: 2 * MIB });
      const { entries } = await t.leftovers(page);
      const [uid] = decodeURIComponent(new URL(entries[0]).pathname.slice(1)).split('/');
      // As a worker that is not quite dead holds it.
      await page.evaluate((name) => {
        const held = new Promise((resolve) => setTimeout(resolve, 1_000));
        void navigator.locks.request(name, () => held);
      }, `background-fetch-polyfill:${uid}`);
      assert.equal(await page.evaluate(() => app.ask({ call: 'remove', args: ['film'] })), true);
      const { entries: left } = await t.leftovers(page);
      assert.deepEqual(left, []);
    },
  },
  {
    name: 'the browser is killed while an item is removed: nothing of it is left',
    browsers: ENGINES,
    timeout: 120_000,
    async run(t) {
      const page = await open(t);
      await keepFile(t, page, 'stays', { size: 2 * MIB });
      await keepFile(t, page, 'film', { size: SIZE });
      await expectOnly(t, page, ['stays', 'film']);
      // Not waited for.
      await page.evaluate(() => {
        void library.remove('film');
        return new Promise((resolve) =>
          library.library.addEventListener('change', () => resolve(null), { once: true }),
        );
      });
      await t.relaunch();
      const again = await open(t);
      await expectOnly(t, again, ['stays']);
    },
  },
  {
    name: 'what the browser has thrown away is no item any more',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const name = ourName(`${t.origin.url}/app/`);
      const { file: torn } = await keepFile(t, page, 'torn', { size: 5 * MIB });
      const { file: other } = await keepFile(t, page, 'other', { size: MIB });
      const deleted = await page.evaluate(async (cache) => {
        const opened = await caches.open(cache);
        const first = 'https://background-fetch.invalid/';
        const uid = (await all(cache, 'kept')).find((row) => row.name === 'torn').uid;
        const { entry } = (await all(cache, 'segments')).find((row) => row.uid === uid && row.start === 0);
        return opened.delete(first + encodeURIComponent(entry));

        async function all(database, store) {
          const settled = (request) =>
            new Promise((resolve, reject) => {
              request.onsuccess = () => resolve(request.result);
              request.onerror = () => reject(request.error);
            });
          const db = await settled(indexedDB.open(database));
          const rows = await settled(db.transaction(store).objectStore(store).getAll());
          db.close();
          return rows;
        }
      }, name);
      assert.equal(deleted, true);
      assert.equal((await ask(page, torn.url)).status, 404);
      await expectOnly(t, page, ['other']);
      assert.equal((await ask(page, other.url)).sha256, other.sha256);

      await page.evaluate((cache) => caches.delete(cache), name);
      assert.deepEqual(await page.evaluate(() => library.list()), []);
      assert.equal((await ask(page, other.url)).status, 404);
      await expectOnly(t, page, []);
    },
  },
  {
    name: 'a page keeps, while the event lasts; what has not succeeded is not kept',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const keep = (id) =>
        page.evaluate(
          (one) =>
            library.keep(app.fetches[one]).then(
              ({ name }) => name,
              (error) => error.name,
            ),
          id,
        );
      const late = t.file({ size: MIB, rate: 300_000 });
      await t.fetch(page, 'later', late);
      assert.equal(await keep('later'), 'InvalidStateError');
      await t.until(() => page.evaluate(() => app.state('later').result === 'success'), 'it has ended', 30_000);
      assert.equal(await keep('later'), 'later');
      assert.equal(await keep('later'), 'later', 'once more');
      await t.until(() => page.evaluate(() => !app.state('later').recordsAvailable), 'the event is over', 30_000);
      assert.equal(await keep('later'), 'InvalidStateError');
      await expectOnly(t, page, ['later']);

      await t.fetch(page, 'bad', t.file({ status: 404 }));
      await t.expectFailure(page, 'bad', 'bad-status');
      assert.equal(await keep('bad'), 'InvalidStateError');
      await expectOnly(t, page, ['later']);
    },
  },
  {
    name: 'items outlive other downloads, dead workers and updates of the app, and keep nobody awake',
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      const page = await open(t);
      const { file } = await keepFile(t, page, 'stays', { size: 3 * MIB });
      await expectOnly(t, page, ['stays']);
      await t.browser.killWorker(page);
      const next = t.file({ size: 6 * MIB, rate: 3e6 });
      await t.fetch(page, 'next', next);
      await t.until(() => next.sent > 2 * MIB, 'it is under way', 20_000);
      await t.browser.killWorker(page);
      await kept(t, page, 'next');
      await expectOnly(t, page, ['stays', 'next']);
      assert.equal((await ask(page, file.url)).sha256, file.sha256);
      const work = await page.evaluate(
        async (name) => {
          const open = indexedDB.open(name);
          await new Promise((resolve) => {
            open.onsuccess = resolve;
          });
          const count = open.result.transaction('fetches').objectStore('fetches').count();
          await new Promise((resolve) => {
            count.onsuccess = resolve;
          });
          open.result.close();
          return count.result;
        },
        ourName(`${t.origin.url}/app/`),
      );
      assert.equal(work, 0);
    },
  },
  {
    name: 'what workers were writing when they died is not left beside the items',
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      const page = await open(t);
      await keepFile(t, page, 'stays', { size: MIB });
      const next = t.file({ size: 48 * MIB, rate: 16e6 });
      await t.fetch(page, 'next', next);
      for (let kill = 1; kill <= 6; kill += 1) {
        await t.until(() => next.sent > kill * 6 * MIB, `it is under way before kill ${kill}`, 20_000);
        await t.browser.killWorker(page);
      }
      await kept(t, page, 'next');
      // What was written yet when its successor had looked is found by one that starts later.
      await t.browser.killWorker(page);
      await keepFile(t, page, 'last', { size: MIB });
      await expectOnly(t, page, ['stays', 'next', 'last']);
    },
  },
  {
    name: 'a cache of the app’s own is served with ranges, too',
    async run(t) {
      const page = await open(t);
      await page.evaluate(async () => {
        const response = new Response(new Blob(['0123456789']), { headers: { 'Content-Length': '10' } });
        await (await caches.open('films')).put('/file?cached=films', response);
      });
      const small = `${t.origin.url}/file?cached=films`;
      const part = await ask(page, small, range('bytes=3-5'));
      assert.deepEqual([part.status, part.size, part.headers['content-range']], [206, 3, 'bytes 3-5/10']);
      assert.equal((await ask(page, small, range('bytes=10-'))).status, 416);
      assert.equal((await ask(page, small)).size, 10);
      assert.equal((await ask(page, `${t.origin.url}/file?cached=none`)).status, 404);
    },
  },
];
