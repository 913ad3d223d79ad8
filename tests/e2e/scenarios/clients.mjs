/** Apps as they are found in the wild, with the order in which they call and the mistakes they make. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';

/** What an app has put into a cache: [URL, size, SHA-256] of each entry, in their order. */
const cached = (page, name) =>
  page.evaluate(async (wanted) => {
    const cache = await caches.open(wanted);
    return Promise.all(
      (await cache.keys()).map(async (request) => {
        const body = await (await cache.match(request)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
        return [request.url, body.byteLength, [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')];
      }),
    );
  }, name);

const asCached = (files) => files.map(({ url, size, sha256 }) => [url, size, sha256]);

/** A row of the worker's log, when it is there. */
const row = async (t, page, like) => {
  const [found] = await t.until(
    async () => {
      const rows = await t.rows(page, like);
      return rows.length > 0 && rows;
    },
    `a row ${JSON.stringify(like)}`,
    50_000,
  );
  return found;
};

const episode = (t, page, id, state) =>
  t.until(
    () => page.evaluate((...args) => client.episodes[args[0]].state === args[1] && client.episodes[args[0]], id, state),
    `the episode ${id} being ${state}`,
    20_000,
  );

export default [
  {
    name: 'podcasts: an episode goes into the cache of its name, and its channel tells the page',
    async run(t) {
      const page = await t.open({ client: 'podcast' });
      const files = [t.file({ size: 2 * MIB, rate: 2e6 }), t.file({ size: 5_000 })];
      await page.evaluate(
        (...args) => client.download('one', ...args),
        files.map(({ url }) => url),
        2 * MIB + 5_000,
      );
      const { bars } = await episode(t, page, 'one', 'stored');
      assert.ok(
        bars.length > 1 && bars.every((bar, index) => bar <= 1 && bar >= (bars[index - 1] ?? 0)),
        `a bar that grows: ${bars}`,
      );
      assert.equal(bars.at(-1), 1);
      assert.deepEqual((await cached(page, 'one')).sort(), asCached(files).sort());
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), []);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'podcasts: found by getIds and get when the page is opened again, then cancelled',
    async run(t) {
      const page = await t.open({ client: 'podcast' });
      const file = t.file({ size: MIB, rate: 50_000 });
      await page.evaluate((url, size) => client.download('two', [url], size), file.url, file.size);
      await page.reload();
      await page.evaluate(() => client.ready);
      await t.until(() => page.evaluate(() => client.episodes.two.bars.at(-1) > 0), 'progress after the reload');
      await page.evaluate(() => client.cancel('two'));
      await episode(t, page, 'two', 'not-stored');
      await row(t, page, { kind: 'aborted', id: 'two' });
      assert.deepEqual(await page.evaluate(() => caches.has('two')), false);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'podcasts: a failure',
    async run(t) {
      const page = await t.open({ client: 'podcast' });
      await page.evaluate((...args) => client.download('three', ...args), [t.file({ status: 404 }).url], 1_000);
      await episode(t, page, 'three', 'failed');
      await row(t, page, { kind: 'failed' });
    },
  },
  {
    name: 'podcasts: where there is no API the page fetches by itself',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ client: 'podcast', polyfilled: false });
      assert.equal(await page.evaluate(() => client.isSupported), false);
      const file = t.file({ size: MIB });
      await page.evaluate((url, size) => client.download('four', [url], size), file.url, file.size);
      const { bars } = await episode(t, page, 'four', 'stored');
      assert.equal(bars.at(-1), 1);
      assert.deepEqual(await cached(page, 'four'), asCached([file]));
      assert.equal(file.requests.length, 1);
    },
  },
  {
    name: 'tester: every member, as a page shows them',
    async run(t) {
      const page = await t.open({ client: 'tester' });
      const file = t.file({ size: 200_000, rate: 200_000 });
      const upload = `${t.origin.url}/upload?key=tester`;
      const options = {
        title: 'Try',
        icons: [{ src: '/app/icon.png', sizes: '24x24', type: 'image/png' }],
        downloadTotal: 300_000,
      };
      const requests = [[file.url], [upload, { method: 'POST', body: 'x'.repeat(1_000) }]];
      const inspected = await t.underWay(async () => {
        assert.deepEqual(await page.evaluate((...args) => client.start('try', ...args), requests, options), {
          id: 'try',
          uploadTotal: 1_000,
          uploaded: 0,
          downloadTotal: 300_000,
          downloaded: 0,
          result: '',
          failureReason: '',
          recordsAvailable: true,
        });
        assert.deepEqual(
          await page.evaluate(
            (...urls) =>
              Promise.all([
                ...urls.map((url) => client.find('try', url)),
                client.find('try', `${urls[0]}&more`, { ignoreSearch: true }),
              ]),
            file.url,
            upload,
            '/none',
          ),
          [file.url, 'undefined', 'undefined', file.url],
        );
        return { end: page.evaluate(() => client.inspect('try')) };
      });
      const shown = await row(t, page, { kind: 'shown', id: 'try' });
      assert.deepEqual((await inspected.end).sort(), [
        ['GET', file.url, 200],
        ['POST', upload, 200],
      ]);
      assert.deepEqual([shown.type, shown.result, shown.failureReason], ['backgroundfetchsuccess', 'success', '']);
      assert.deepEqual(shown.records, [200, 200]);
      assert.deepEqual(shown.updates, ['updated', 'InvalidStateError', 'InvalidStateError']);
      const last = await page.evaluate(() => client.shown.at(-1));
      assert.deepEqual([last.result, last.uploaded, last.uploadTotal], ['success', 1_000, 1_000]);
      assert.equal(await page.evaluate(() => client.abort('try')), false);
      assert.deepEqual(await t.rows(page, { kind: 'clicked' }), []);
    },
  },
  {
    name: 'tester: responses that reject are shown beside those that do not',
    nativeDiffers: 'they reject with UnknownError',
    async run(t) {
      const page = await t.open({ client: 'tester' });
      const other = await t.startOrigin();
      const urls = [t.file().url, t.file({ status: 404 }).url, t.file({}, other).url];
      await page.evaluate((list) => client.start('try', list), urls);
      const inspected = page.evaluate(() => client.inspect('try'));
      const shown = await row(t, page, { kind: 'shown', id: 'try' });
      assert.deepEqual([shown.type, shown.result], ['backgroundfetchfail', 'failure']);
      assert.ok(['bad-status', 'fetch-error'].includes(shown.failureReason));
      assert.deepEqual(shown.records, [200, 404, 'TypeError']);
      assert.deepEqual(shown.updates, ['updated', 'InvalidStateError', 'InvalidStateError']);
      assert.deepEqual(
        await inspected,
        urls.map((url, index) => ['GET', url, shown.records[index]]),
      );
    },
  },
  {
    name: 'tester: aborted by its button',
    async run(t) {
      const page = await t.open({ client: 'tester' });
      await page.evaluate((url) => client.start('try', url), t.file({ size: MIB, rate: 20_000 }).url);
      assert.equal(await page.evaluate(() => client.abort('try')), true);
      const shown = await row(t, page, { kind: 'shown', id: 'try' });
      assert.deepEqual(
        [shown.type, shown.result, shown.failureReason, shown.records, shown.updates],
        ['backgroundfetchabort', 'failure', 'aborted', ['AbortError'], []],
      );
    },
  },
  {
    name: 'tester: aborted while a page waits for the response',
    nativeDiffers: 'the page waits for ever',
    async run(t) {
      const page = await t.open({ client: 'tester' });
      const file = t.file({ size: MIB, rate: 20_000, delay: 5_000 });
      await page.evaluate((url) => client.start('try', url), file.url);
      const inspected = page.evaluate(() => client.inspect('try'));
      await t.until(() => file.requests.length > 0, 'the request');
      assert.equal(await page.evaluate(() => client.abort('try')), true);
      assert.deepEqual(await inspected, [['GET', file.url, 'AbortError']]);
    },
  },
  {
    name: 'videos: sizes by HEAD; what runs is aborted, and its id used again at once',
    async run(t) {
      const page = await t.open({ client: 'kino' });
      const [old, file] = [t.file({ size: 2 * MIB, rate: 100_000 }), t.file({ size: MIB })];
      const download = (each) => page.evaluate((url) => client.download('video', [url]), each.url);
      assert.deepEqual(await download(old), { replaced: false, downloadTotal: old.size });
      assert.deepEqual(await download(file), { replaced: true, downloadTotal: file.size });
      await row(t, page, { kind: 'aborted', id: 'video' });
      await row(t, page, { kind: 'stored', id: 'video' });
      assert.deepEqual(await cached(page, 'videos'), asCached([file]));
      assert.deepEqual(t.origin.requests().filter(({ method }) => method === 'HEAD').length, 2);
      assert.equal(await page.evaluate(() => app.state('video').result), 'success');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'videos: downloadTotal is null, icons are no list',
    async run(t) {
      const page = await t.open({ client: 'kino' });
      const file = t.file({ size: 50_000 });
      const download = (more) => page.evaluate((...args) => client.download('video', ...args), [file.url], more);
      await assert.rejects(download({ icons: {} }), { name: 'TypeError' });
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), []);
      assert.deepEqual(await download({ downloadTotal: null, icons: [] }), { replaced: false, downloadTotal: 0 });
      await row(t, page, { kind: 'stored', id: 'video' });
      assert.deepEqual(await cached(page, 'videos'), asCached([file]));
    },
  },
  {
    name: 'radio: get, and fetch only what is not running',
    async run(t) {
      const page = await t.open({ client: 'radio' });
      const file = t.file({ size: 400_000, rate: 400_000 });
      const save = () => page.evaluate((...args) => client.save(...args), 'show', file.url, file.size);
      assert.deepEqual(await t.underWay(async () => [await save(), await save()]), ['started', 'found']);
      await row(t, page, { kind: 'stored', id: 'show' });
      const seen = await page.evaluate(() => client.seen);
      assert.ok(seen.length >= 2 && seen.at(-1) === 100, `both listeners hear of it: ${seen}`);
      assert.equal(file.requests.length, 1);
      assert.deepEqual(await cached(page, 'radio'), asCached([file]));
    },
  },
  {
    name: 'uploader: each encrypted piece arrives by its own PUT, byte for byte, with its token',
    async run(t) {
      const page = await t.open({ client: 'uploader' });
      const keys = ['piece-0', 'piece-1', 'piece-2', 'piece-3'];
      const urls = keys.map((key) => `${t.origin.url}/upload?key=${key}`);
      const { state, pieces } = await page.evaluate((...args) => client.upload('pieces', ...args), urls, 100_000);
      const total = pieces.reduce((sum, { length }) => sum + length, 0);
      assert.deepEqual([state.uploadTotal, state.uploaded, state.downloadTotal], [total, 0, 0]);
      const { type, uploaded, uploadTotal, answers } = await row(t, page, { kind: 'uploaded', id: 'pieces' });
      assert.deepEqual([type, uploaded, uploadTotal], ['backgroundfetchsuccess', total, total]);
      // Natively in the order in which they ended.
      assert.deepEqual(
        answers.sort((a, b) => a.length - b.length),
        pieces.map(({ length, sha256 }) => ({ method: 'PUT', type: 'application/octet-stream', length, sha256 })),
      );
      const requests = t.origin.requests().filter(({ url }) => url.startsWith('/upload'));
      assert.deepEqual(
        requests
          .map(({ key, method, headers }) => [
            key,
            method,
            headers.authorization,
            headers['x-iv'],
            headers['content-type'],
          ])
          .sort(),
        keys.map((key, index) => [key, 'PUT', `Bearer token-${index}`, pieces[index].iv, 'application/octet-stream']),
      );
      const progress = await page.evaluate(() => app.progress.pieces.map((each) => each.uploaded));
      assert.ok(
        progress.every((each, index) => each >= (progress[index - 1] ?? 0)) && progress.at(-1) === total,
        `uploaded: ${progress}`,
      );
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'feed: the result in a progress event may come before the worker has written',
    async run(t) {
      const page = await t.open({ client: 'feed' });
      const file = t.file({ size: 12 * MIB });
      assert.equal(await page.evaluate((url) => client.save(url), file.url), file.sha256);
      const [begun, result] = await page.evaluate(() => client.steps);
      assert.deepEqual([begun, result], ['begun', 'success']);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'library: hundreds of files in one fetch',
    timeout: 90_000,
    async run(t) {
      const page = await t.open({ client: 'library' });
      // Natively so many take minutes.
      const files = Array.from({ length: t.isNative ? 12 : 250 }, (_, index) => t.file({ size: 2_000 + index }));
      await page.evaluate(
        (urls) => client.save('all', urls),
        files.map(({ url }) => url),
      );
      const { type, missing } = await row(t, page, { kind: 'kept' });
      assert.deepEqual([type, missing], ['backgroundfetchsuccess', []]);
      assert.deepEqual((await cached(page, 'library all')).sort(), asCached(files).sort());
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'library: one 500 fails all of them, and the others can be read',
    nativeDiffers: 'it asks for that one again, every 20 s',
    timeout: 90_000,
    async run(t) {
      const page = await t.open({ client: 'library' });
      const files = Array.from({ length: 200 }, (_, index) =>
        t.file({ size: 2_000 + index, ...(index === 77 ? { status: 500 } : {}) }),
      );
      await page.evaluate(
        (urls) => client.save('most', urls),
        files.map(({ url }) => url),
      );
      const { type, failureReason, missing } = await row(t, page, { kind: 'kept' });
      const [bad] = files.splice(77, 1);
      assert.deepEqual([type, failureReason, missing], ['backgroundfetchfail', 'bad-status', [[bad.url, 500]]]);
      assert.deepEqual((await cached(page, 'library most')).sort(), asCached(files).sort());
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'model: one big file, looked for in the caches first',
    async run(t) {
      const page = await t.open({ client: 'model' });
      const file = t.file({ size: 48 * MIB });
      const load = () => page.evaluate((url, size) => client.load(url, size), file.url, file.size);
      assert.deepEqual(await load(), { from: 'network', size: file.size });
      await page.reload();
      assert.deepEqual(await load(), { from: 'cache', size: file.size });
      assert.equal(file.requests.filter(({ headers }) => !headers.range).length, 1);
      assert.deepEqual(await cached(page, 'models'), asCached([file]));
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'copied from a documentation page: a function for waitUntil() never runs, of which ours warns once',
    async run(t) {
      const page = await t.open({ client: 'copied' });
      await page.evaluate((url) => client.start(['one', 'two'], url), t.file().url);
      await row(t, page, { kind: 'seen', id: 'one' });
      await row(t, page, { kind: 'seen', id: 'two' });
      await t.until(
        () => page.evaluate(() => ['one', 'two'].every((id) => !app.state(id).recordsAvailable)),
        'the events ending',
      );
      assert.deepEqual(await t.rows(page, { kind: 'never' }), []);
      const warnings = await t.rows(page, { kind: 'warning' });
      assert.equal(warnings.length, t.isNative ? 0 : 1);
      if (!t.isNative) assert.match(warnings[0].text, /waitUntil\(\) was given a function/);
      await t.expectNothingLeft(page);
    },
  },
];
