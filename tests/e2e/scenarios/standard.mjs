/** Lines of the standard that no other group is about. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';

const SLOW = { size: 2_000_000, rate: 200_000 };

/** The name of what `responseReady` of the record of a URL rejects with, or its status once its body is whole. */
const readiness = (page, id, url) =>
  page.evaluate(
    async (name, query) => {
      const record = await app.fetches[name].match(query);
      return record.responseReady.then(
        (response) => response.text().then(() => response.status),
        (error) => error.name,
      );
    },
    id,
    url,
  );

/** Begins to read the body of the only record, and keeps how that ends in `app.ended`. */
const readToTheEnd = (page, id) =>
  page.evaluate(async (name) => {
    const [record] = await app.fetches[name].matchAll();
    const reader = (await record.responseReady).body.getReader();
    app.received = 0;
    app.ended = (async () => {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return 'closed';
          app.received += value.length;
        }
      } catch (error) {
        return error.name;
      }
    })();
  }, id);

export default [
  {
    name: 'relative URLs are those of the realm that calls',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      const file = t.file();
      const { search } = new URL(file.url);
      await page.evaluate(() => {
        const base = document.head.appendChild(document.createElement('base'));
        base.href = '/deeply/nested/';
      });
      await t.fetch(page, 'page', `../../file${search}`);
      const { records } = await t.expectSuccess(page, 'page', file);
      assert.equal(records[0].request.url, file.url);
    },
  },
  {
    name: 'relative URLs of the worker are those of its script',
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      const file = t.file();
      await page.evaluate((url) => app.ask({ call: 'fetch', id: 'worker', url }), `../file${new URL(file.url).search}`);
      await t.expectSuccess(page, 'worker', file);
    },
  },
  {
    name: 'a Request that is given is used up',
    async run(t) {
      const page = await t.open();
      const used = await page.evaluate(async () => {
        const request = new Request('/upload?key=used', { method: 'POST', body: 'x' });
        const manager = await app.manager();
        const promise = manager.fetch('used', [request]);
        const { bodyUsed } = request;
        await promise;
        return bodyUsed;
      });
      assert.equal(used, true);
      await t.outcome(page, 'used');
    },
  },
  {
    name: 'bad requests are told before anything else is looked at',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'taken', t.file(SLOW));
      const reasons = await page.evaluate(async () => {
        const manager = await app.manager();
        const message = (promise) =>
          promise.then(
            () => null,
            ({ name, message }) => [name, message],
          );
        const taken = await message(manager.fetch('taken', '/file'));
        const calls = [['/file', 'http://'], [], [new Request('/file', { mode: 'no-cors' })]];
        const others = await Promise.all(calls.map((requests) => message(manager.fetch('taken', requests))));
        return { taken, same: others.filter(([, text]) => text === taken[1]), names: others.map(([name]) => name) };
      });
      assert.equal(reasons.taken[0], 'TypeError');
      assert.deepEqual([reasons.same, reasons.names], [[], ['TypeError', 'TypeError', 'TypeError']]);
    },
  },
  {
    name: 'get and getIds need no active worker',
    async run(t) {
      const page = await t.open({ do: ['slow-install'], eager: true });
      const seen = await page.evaluate(async () => {
        const registration = await app.ready;
        const { backgroundFetch } = registration;
        const got = await backgroundFetch.get('nothing');
        return [registration.active, String(got), await backgroundFetch.getIds()];
      });
      assert.deepEqual(seen, [null, 'undefined', []]);
    },
  },
  {
    name: 'the first record that fails gives the reason, whatever its place',
    nativeDiffers: 'the first in its list does',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const late = t.file({ status: 404, delay: 8_000 });
      const refused = t.file({}, other);
      await t.fetch(page, 'first', [late, refused, t.file()]);
      const { records } = await t.expectFailure(page, 'first', 'fetch-error');
      assert.deepEqual(
        records.map(({ error, response }) => error ?? response.status),
        [404, 'TypeError', 200],
      );
    },
  },
  {
    name: 'a redirect that is not to be followed is a bad status',
    nativeDiffers: 'it is followed',
    async run(t) {
      const page = await t.open();
      const [file, good] = [t.file({ redirect: 1 }), t.file()];
      await t.fetch(page, 'manual', [[file.url, { redirect: 'manual' }], good]);
      const { records } = await t.expectFailure(page, 'manual', 'bad-status');
      assert.equal(file.requests.length, 1);
      assert.deepEqual([records[0].response.status, records[0].response.type], [0, 'opaqueredirect']);
    },
  },
  {
    name: 'the page of a bad status is in no downloadTotal, and what is good can be read',
    async run(t) {
      const page = await t.open();
      const [good, missing] = [t.file({ size: 2_000 }), t.file({ status: 404, body: 'x'.repeat(900) })];
      await t.fetch(page, 'total', [missing, good], { downloadTotal: good.size });
      const { records } = await t.expectFailure(page, 'total', 'bad-status');
      t.expectFiles(records.slice(1), [good]);
    },
  },
  {
    name: 'beyond downloadTotal all other records are aborted at once',
    nativeDiffers: 'the responses of the others have status 200 and their parts as bodies',
    async run(t) {
      const page = await t.open();
      const [small, slow, big] = [t.file({ size: 1_000 }), t.file(SLOW), t.file({ size: 3 * MIB, bodyDelay: 500 })];
      await t.fetch(page, 'crossed', [small, slow, big], { downloadTotal: 2 * MIB });
      const { records } = await t.expectFailure(page, 'crossed', 'download-total-exceeded');
      assert.deepEqual(
        records.map(({ error, response }) => error ?? response.status),
        [200, 'AbortError', 'TypeError'],
      );
    },
  },
  {
    name: 'bytes exactly up to downloadTotal are a success',
    async run(t) {
      const page = await t.open();
      const files = [t.file({ size: 70_001 }), t.file({ size: 29_999 })];
      await t.fetch(page, 'exact', files, { downloadTotal: 100_000 });
      const { downloaded, downloadTotal } = await t.expectSuccess(page, 'exact', files);
      assert.deepEqual([downloaded, downloadTotal], [100_000, 100_000]);
    },
  },
  {
    name: 'an abort wins over a failure that is not notified yet',
    nativeDiffers: 'it lists records in the order in which they ended',
    async run(t) {
      const page = await t.open();
      const bad = t.file({ status: 404 });
      await t.fetch(page, 'both', [bad, t.file(SLOW)]);
      assert.equal(await readiness(page, 'both', bad.url), 404);
      assert.equal(await page.evaluate(() => app.abort('both')), true);
      const { records } = await t.expectFailure(page, 'both', 'aborted');
      assert.deepEqual(
        records.map(({ error, response }) => error ?? response.status),
        [404, 'AbortError'],
      );
      assert.equal(await page.evaluate(() => app.abort('both')), false);
    },
  },
  {
    name: 'a body that is being read ends with AbortError when its fetch is aborted',
    nativeDiffers: 'responses are ready when they are whole',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'read', t.file(SLOW));
      await readToTheEnd(page, 'read');
      await t.until(() => page.evaluate(() => app.received > 100_000), 'bytes are read');
      await page.evaluate(() => app.abort('read'));
      assert.equal(await page.evaluate(() => app.ended), 'AbortError');
    },
  },
  {
    name: 'a body that is being read ends with TypeError when it has to be begun from scratch, and less is downloaded',
    nativeDiffers: 'responses are ready when they are whole',
    async run(t) {
      const page = await t.open();
      // Nothing to tell one version from another by.
      const file = t.file({
        ...SLOW,
        rate: 1_000_000,
        ranges: 0,
        etag: 'none',
        lastModified: 'none',
        cut: 1_200_000,
        times: 1,
      });
      await t.fetch(page, 'anew', file);
      await readToTheEnd(page, 'anew');
      assert.equal(await page.evaluate(() => app.ended), 'TypeError');
      await t.expectSuccess(page, 'anew', file);
      const seen = await page.evaluate(() => app.progress.anew.map(({ downloaded }) => downloaded));
      assert.ok(
        seen.some((value, index) => value < seen[index - 1]),
        `less than before: ${seen}`,
      );
    },
  },
  {
    name: 'progress is told to the end, and no further',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 300_000, rate: 300_000 });
      await t.fetch(page, 'told', file);
      await t.expectSuccess(page, 'told', file);
      await t.until(() => page.evaluate(() => !app.state('told').recordsAvailable), 'the end of its event');
      const seen = await page.evaluate(() => app.progress.told);
      assert.deepEqual(
        seen.filter(({ result }) => result !== ''),
        seen.slice(-1),
      );
      assert.deepEqual(
        [seen.at(-1).result, seen.at(-1).downloaded, seen.at(-1).recordsAvailable],
        ['success', file.size, true],
      );
    },
  },
  {
    name: 'the id is free for its own event',
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['again'] });
      const file = t.file();
      await t.fetch(page, 'once', file);
      const rows = await t.until(async () => {
        const found = await t.rows(page, { kind: 'event', id: 'once' });
        return found.length === 2 && found;
      }, 'two events of one id');
      assert.deepEqual(
        rows.map(({ result }) => result),
        ['success', 'success'],
      );
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a part that nobody asked for fails',
    nativeDiffers: 'it never ends',
    async run(t) {
      const page = await t.open();
      const part = `${t.origin.url}/part`;
      t.origin.files['/part'] = {
        body: 'part',
        type: 'text/plain',
        status: 206,
        headers: { 'content-range': 'bytes 5-8/20' },
      };
      await t.fetch(page, 'part', part);
      const { records } = await t.expectFailure(page, 'part', 'fetch-error');
      assert.equal(records[0].error, 'TypeError');
    },
  },
  {
    name: 'a part from the start on is gone on with',
    nativeDiffers: 'the part counts as all, and Content-Range is shown',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 200_000 });
      const { fileBytes } = await import('../../server/content.mjs');
      t.origin.files['/parts'] = ({ headers }) => {
        const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
        const to = Math.min(file.size, from + 50_000);
        return {
          status: 206,
          type: 'application/octet-stream',
          body: fileBytes(file.seed, from, to),
          headers: { 'content-range': `bytes ${from}-${to - 1}/${file.size}`, etag: '"one"' },
        };
      };
      await t.fetch(page, 'parts', `${t.origin.url}/parts`);
      const { records } = await t.outcome(page, 'parts');
      const { status, sha256, headers } = records[0].response;
      assert.deepEqual([status, sha256, headers['content-range']], [206, file.sha256, undefined]);
    },
  },
];
