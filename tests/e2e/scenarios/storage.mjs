/** Our storage in other hands: deleted, cut, filled with rubbish. Never wrong bytes, never another download harmed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB, ourName } from '../lib/context.mjs';
import { holdDatabase } from '../lib/hold-database.mjs';

/** Two downloads: one that is tampered with when it is half done, one that must not be harmed. */
async function twoDownloads(t) {
  const page = await t.open();
  const [victim, other] = [t.file({ size: 8 * MIB, rate: 3e6 }), t.file({ size: 6 * MIB, rate: 2e6 })];
  await t.fetch(page, 'victim', victim);
  await t.fetch(page, 'other', other);
  const name = ourName(`${t.origin.url}/app/`);
  const entriesOf = () =>
    page.evaluate(
      async (cache, id) => {
        const uid = await uidOf(cache, id);
        const rows = await all(cache, 'segments');
        return rows
          .filter((row) => row.uid === uid)
          .map((row) => ({
            start: row.start,
            length: row.length,
            url: `https://background-fetch.invalid/${encodeURIComponent(row.entry)}`,
          }));
      },
      name,
      'victim',
    );
  await page.evaluate(defineTools);
  await t.until(async () => (await entriesOf()).length >= 2, 'two stored segments', 15_000);
  return { page, victim, other, name, entries: await entriesOf() };
}

/** In the page: what it takes to tamper with our database. */
function defineTools() {
  globalThis.settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  globalThis.change = async (name, store, action) => {
    const database = await settled(indexedDB.open(name));
    try {
      return await settled(action(database.transaction(store, 'readwrite').objectStore(store)));
    } finally {
      database.close();
    }
  };
  globalThis.all = (name, store) => change(name, store, (rows) => rows.getAll());
  globalThis.uidOf = async (name, id) => (await all(name, 'fetches')).find((row) => row.id === id).uid;
}

const BEFORE = readFileSync(new URL('../fixtures/database-of-before.json', import.meta.url), 'utf8');

/** In the page, with its tools: makes a database as it was written down, and the entries of the cache that its rows speak of. */
async function restore(name, text) {
  const { version, stores } = JSON.parse(text);
  const opening = indexedDB.open(name, version);
  opening.onupgradeneeded = () => {
    for (const [store, { keyPath }] of Object.entries(stores)) {
      opening.result.createObjectStore(store, keyPath ? { keyPath } : {});
    }
  };
  const database = await settled(opening);
  const cache = await caches.open(name);
  for (const { index, start, length, entry } of stores.segments.rows) {
    const { url } = stores.records.rows[index].request;
    const response = await fetch(url.replace(/key=[^&]*/, 'key=source').replace(/&rate=\d+/, ''));
    const bytes = (await response.arrayBuffer()).slice(start, start + length);
    await cache.put(`https://background-fetch.invalid/${encodeURIComponent(entry)}`, new Response(bytes));
  }
  const transaction = database.transaction(Object.keys(stores), 'readwrite');
  for (const [store, { keyPath, rows }] of Object.entries(stores)) {
    for (const row of rows) {
      if (keyPath) transaction.objectStore(store).put(row);
      else transaction.objectStore(store).put(row.value, row.key);
    }
  }
  await new Promise((resolve) => {
    transaction.oncomplete = resolve;
  });
  database.close();
}

/** The right bytes, or a failure that says so: nothing else. */
async function rightOrClear(t, page, id, file) {
  const row = await t.outcome(page, id, { timeout: 30_000 });
  if (row.type === 'backgroundfetchfail') {
    assert.match(row.failureReason, /^(fetch-error|quota-exceeded)$/);
    return 'failed';
  }
  assert.equal(row.type, 'backgroundfetchsuccess');
  const [{ response, error }] = row.records;
  if (error ?? response.bodyError) return 'unreadable';
  t.expectFiles(row.records, [file]);
  return 'right';
}

/** What is done to the victim's data; `kill`: the worker is stopped then, and has to start from them. */
const tampered = (name, { kill, tamper, expected = /^right$/ }) => ({
  name,
  browsers: ENGINES,
  async run(t) {
    const { page, victim, other, name: ours, entries } = await twoDownloads(t);
    await tamper(page, ours, entries);
    if (kill) await t.browser.killWorker(page);
    assert.match(await rightOrClear(t, page, 'victim', victim), expected);
    await t.expectSuccess(page, 'other', other);
    if (kill) assert.ok(other.sent < 1.5 * other.size, 'the other one is not begun again');
    await t.expectNothingLeft(page);
  },
});

const deleteEntry = (page, name, entries) =>
  page.evaluate(
    async (cache, url) => {
      if (!(await (await caches.open(cache)).delete(url))) throw new Error('there was no such entry');
    },
    name,
    entries[0].url,
  );

const cutEntry = (page, name, entries) =>
  page.evaluate(
    async (cache, url) => {
      const opened = await caches.open(cache);
      const blob = await (await opened.match(url)).blob();
      await opened.put(url, new Response(blob.slice(0, blob.size - 1)));
    },
    name,
    entries[0].url,
  );

const deleteCache = (page, name) =>
  page.evaluate(async (cache) => {
    if (!(await caches.delete(cache))) throw new Error('there was no such cache');
  }, name);

/** Replaces the victim's rows in one store. */
const spoil = (store, how) => (page, name) =>
  page.evaluate(
    async (database, rows, source) => {
      const uid = await uidOf(database, 'victim');
      const spoilt = (await all(database, rows)).filter((row) => row.uid === uid);
      const change_ = new Function('row', source);
      for (const row of spoilt) await change(database, rows, (objects) => objects.put(change_(row)));
    },
    name,
    store,
    `return (${how})(row)`,
  );

export default [
  tampered('an entry is deleted', { tamper: deleteEntry, expected: /^(right|unreadable|failed)$/ }),
  tampered('an entry is deleted and the worker killed', { tamper: deleteEntry, kill: true }),
  tampered('an entry is cut short and the worker killed', { tamper: cutEntry, kill: true }),
  {
    name: 'the app deletes all caches that it does not know',
    browsers: ENGINES,
    async run(t) {
      const { page, victim, other, name } = await twoDownloads(t);
      await deleteCache(page, name);
      for (const [id, file] of [
        ['victim', victim],
        ['other', other],
      ])
        await rightOrClear(t, page, id, file);
      const next = t.file({ size: 2 * MIB });
      await t.fetch(page, 'next', next);
      await t.expectSuccess(page, 'next', next);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'all caches are deleted and the worker killed',
    browsers: ENGINES,
    async run(t) {
      const { page, victim, other, name } = await twoDownloads(t);
      await deleteCache(page, name);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'victim', victim, { timeout: 30_000 });
      await t.expectSuccess(page, 'other', other, { timeout: 30_000 });
      await t.expectNothingLeft(page);
    },
  },
  tampered('rows of records that nobody can read', {
    kill: true,
    tamper: spoil('records', '({ uid, index }) => ({ uid, index, request: 5 })'),
    expected: /^failed$/,
  }),
  tampered('rows of segments that nobody can read', {
    kill: true,
    tamper: spoil('segments', '({ uid, index, start }) => ({ uid, index, start, length: "long" })'),
    expected: /^(right|failed)$/,
  }),
  {
    name: 'a row of a fetch that nobody can read',
    browsers: ENGINES,
    async run(t) {
      const { page, other, name } = await twoDownloads(t);
      await spoil('fetches', '({ uid }) => ({ uid, id: null })')(page, name);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'other', other);
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), []);
      const again = t.file({ size: MIB });
      await t.fetch(page, 'victim', again);
      await t.expectSuccess(page, 'victim', again);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'rows that are not ours',
    browsers: ENGINES,
    async run(t) {
      const { page, victim, other, name } = await twoDownloads(t);
      await page.evaluate(async (database) => {
        await change(database, 'fetches', (rows) => rows.put({ uid: 'strange', x: [1, 2, 3] }));
        await change(database, 'fetches', (rows) => rows.put({ uid: 7 }));
        await change(database, 'records', (rows) => rows.put({ uid: 'nobody', index: 0 }));
        await change(database, 'segments', (rows) => rows.put({ uid: 'nobody', index: 0, start: 0 }));
        await change(database, 'bodies', (rows) => rows.put({ uid: 'nobody', index: 0, body: new Blob(['x']) }));
      }, name);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'victim', victim);
      await t.expectSuccess(page, 'other', other);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'entries that nobody knows are swept',
    browsers: ENGINES,
    async run(t) {
      const { page, victim, other, name } = await twoDownloads(t);
      await page.evaluate(async (cache) => {
        const opened = await caches.open(cache);
        await opened.put('https://background-fetch.invalid/nobody%2F0%2F1.1', new Response('left'));
        await opened.put('/of-somebody-else', new Response('left'));
      }, name);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'victim', victim);
      await t.expectSuccess(page, 'other', other);
      // Deleting begins when the handlers have ended.
      await t.until(async () => {
        const { entries } = await t.leftovers(page);
        return !entries.some((url) => url.startsWith('https://background-fetch.invalid/'));
      }, 'no entry of ours is left');
    },
  },
  {
    name: 'all databases are deleted in mid-download, and the app goes on without a reload',
    browsers: ENGINES,
    async run(t) {
      const { page, name } = await twoDownloads(t);
      // So do functions that log out.
      await page.evaluate(
        (ours) =>
          new Promise((resolve) => {
            const request = indexedDB.deleteDatabase(ours);
            request.onsuccess = request.onerror = () => resolve(null);
          }),
        name,
      );
      // What ran is gone, and the page learns it.
      const lost = (id) =>
        t.until(() => page.evaluate((one) => app.state(one).recordsAvailable === false, id), `${id} is gone`, 20_000);
      await Promise.all([lost('victim'), lost('other')]);
      const again = t.file({ size: 2 * MIB });
      await t.fetch(page, 'victim', again);
      await t.expectSuccess(page, 'victim', again);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'the database is deleted in mid-download',
    browsers: ENGINES,
    async run(t) {
      const { page, victim, name } = await twoDownloads(t);
      const deleted = await page.evaluate(
        (database) =>
          new Promise((resolve) => {
            const request = indexedDB.deleteDatabase(database);
            request.onsuccess = () => resolve('deleted');
            request.onerror = () => resolve('failed');
            setTimeout(resolve, 5_000, 'blocked');
          }),
        name,
      );
      assert.equal(deleted, 'deleted', 'our connection does not block it');
      // What becomes of the old ones is open, if only their bytes are right; the id is free at the latest when the worker is new.
      await t.browser.killWorker(page);
      await t.until(
        () => page.evaluate(async () => typeof (await (await app.manager()).get('victim')) === 'undefined'),
        'the id is free',
        30_000,
      );
      const again = t.file({ size: MIB });
      await t.fetch(page, 'victim', again);
      const rows = await t.until(
        async () => {
          const found = await t.rows(page, { kind: 'event', id: 'victim', type: 'backgroundfetchsuccess' });
          return found.length > 0 && found;
        },
        'the new download',
        20_000,
      );
      for (const { records } of rows) {
        const { url } = records[0].request;
        t.expectFiles(records, [url === again.url ? again : victim]);
      }
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a database that an older version has written is gone on with',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      // As they were when it was written down: see fixtures/database-of-before.json.
      const files = [
        t.file({ size: 4 * MIB, seed: 11 }),
        t.file({ size: 8 * MIB, seed: 12, rate: 1_500_000 }),
        t.file({ size: MIB, seed: 13, delay: 100 }),
      ];
      await page.evaluate(defineTools);
      await page.evaluate(restore, ourName(`${t.origin.url}/app/`), BEFORE.replaceAll('ORIGIN', t.origin.url));
      const stored = 4_259_840;
      await page.evaluate(() => void dispatchEvent(new Event('online')));
      await t.expectSuccess(page, 'film', files);
      assert.equal(files[0].requests.length, 0, 'what was whole is not asked for');
      assert.match(files[1].requests[0].headers.range, /^bytes=\d+-/);
      assert.ok(files[1].sent < files[1].size - stored + 100_000, `${files[1].sent} bytes sent of the rest`);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a database of a newer version',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      await page.evaluate(
        (name) =>
          new Promise((resolve, reject) => {
            const request = indexedDB.open(name, 99);
            request.onupgradeneeded = () => request.result.createObjectStore('future');
            request.onsuccess = () => resolve(request.result.close());
            request.onerror = () => reject(request.error);
          }),
        ourName(`${t.origin.url}/app/`),
      );
      const file = t.file();
      const outcome = await page.evaluate(
        (url) =>
          Promise.race([
            app.rejection(() => app.fetch('newer', url)),
            new Promise((resolve) => setTimeout(resolve, 15_000, 'never')),
          ]),
        file.url,
      );
      assert.match(String(outcome), /Error$|^null$/, 'it fails with an error or works');
      if (outcome === null) await t.expectSuccess(page, 'newer', file);
    },
  },
  {
    name: 'a database that does not open: what is asked for fails in time, and succeeds when it opens',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const first = t.file();
      await t.fetch(page, 'first', first);
      await t.expectSuccess(page, 'first', first);
      await holdDatabase(t, page);
      await t.browser.killWorker(page);
      const ids = () => page.evaluate(async () => (await app.manager()).getIds().catch(({ message }) => message));
      assert.match(String(await ids()), /does not open: another page or worker holds it/);
      await page.evaluate(() => app.letGo());
      assert.deepEqual(await ids(), []);
      const file = t.file();
      await t.fetch(page, 'second', file);
      await t.expectSuccess(page, 'second', file);
    },
  },
  {
    name: 'nothing is left of successes, failures and aborts',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const files = [t.file({ size: 3 * MIB }), t.file(), t.file({ size: 0 })];
      await t.fetch(page, 'good', files);
      await t.fetch(page, 'bad', [t.file({ size: 2 * MIB }), t.file({ status: 404 })]);
      await t.fetch(page, 'aborted', [t.file({ size: 4 * MIB, rate: 500_000 }), t.file()]);
      await t.fetch(page, 'upload', [
        [`${t.origin.url}/upload?key=upload`, { method: 'POST', body: 'x'.repeat(10_000) }],
      ]);
      await t.expectSuccess(page, 'good', files);
      await page.evaluate(() => app.abort('aborted'));
      for (const id of ['bad', 'aborted', 'upload']) await t.outcome(page, id);
      await t.expectNothingLeft(page);
      // The cache itself may stay, empty.
      const ours = ourName(`${t.origin.url}/app/`);
      const names = await page.evaluate(() => app.allCaches());
      assert.deepEqual(
        names.filter((name) => name !== ours),
        [],
      );
    },
  },
  {
    name: 'that it be kept is asked for where the user is not asked',
    // Firefox asks the user; WebKitGTK has no navigator.storage over http.
    browsers: ['chromium', 'firefox'],
    async run(t) {
      const page = await t.open();
      const calls = await page.evaluate(async (url) => {
        let count = 0;
        navigator.storage.persist = async () => {
          count++;
          return false;
        };
        await app.fetch('kept', url);
        return count;
      }, t.file().url);
      assert.equal(calls, t.browser.name === 'firefox' ? 0 : 1);
      await t.outcome(page, 'kept');
    },
  },
];
