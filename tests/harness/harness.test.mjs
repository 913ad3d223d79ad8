/** The harness itself, in each engine: what the other tests rely on it to do. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startOrigin } from '../server/origin.mjs';
import { ENGINES, launch } from './launch.mjs';
import { until } from './process.mjs';

const MIB = 1 << 20;
const WORKER = `
  let count = 0;
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('message', ({ ports: [port] }) => {
    console.log('worker counts');
    port.postMessage(++count);
  });`;

/** In the page. How many messages this run of the worker has had. */
async function ping() {
  await navigator.serviceWorker.register('/sw.js');
  const active = /** @type {ServiceWorker} */ ((await navigator.serviceWorker.ready).active);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    active.postMessage('ping', [port2]);
  });
}

/** In the page. */
async function store(size) {
  const database = await openDatabase();
  const done = database
    .transaction('rows', 'readwrite')
    .objectStore('rows')
    .put(new Blob(['a row']), 'key');
  await new Promise((resolve) => (done.transaction.oncomplete = resolve));
  const cache = await caches.open('kept');
  await cache.put('/entry', new Response(new Blob([new Uint8Array(size)])));
  database.close();

  function openDatabase() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open('kept', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('rows');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}

/** In the page. */
async function load() {
  const database = await result(indexedDB.open('kept', 1));
  const row = await result(database.transaction('rows').objectStore('rows').get('key'));
  const entry = await (await caches.open('kept')).match('/entry');
  database.close();
  return { row: await row.text(), entry: (await entry?.arrayBuffer())?.byteLength };

  function result(request) {
    return new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  }
}

for (const name of /** @type {const} */ ([...ENGINES, 'chromium-native'])) {
  describe(name, { timeout: 240_000 }, () => {
    /** @type {Awaited<ReturnType<typeof startOrigin>>} */
    let origin;
    /** @type {Awaited<ReturnType<typeof launch>>} */
    let browser;
    let page;
    const heard = [];

    /** Its time is less than that of all tests, so that a call that hangs is named. */
    async function open() {
      const opened = await browser.newPage(`${origin.url}/page.html`);
      opened.timeout = 40_000;
      return opened;
    }

    before(async () => {
      origin = await startOrigin({ files: { '/page.html': '<!doctype html><title>page</title>', '/sw.js': WORKER } });
      browser = await launch(name);
      browser.on('console', ({ text }) => heard.push(text));
      page = await open();
    });
    after(async () => {
      await browser?.close();
      await origin?.close();
    });

    test('has the API or lacks it, as asked', async () => {
      const type = await page.evaluate(() => typeof globalThis.BackgroundFetchManager);
      assert.equal(type, name === 'chromium-native' ? 'function' : 'undefined');
    });

    test('passes values and errors', async () => {
      assert.deepEqual(await page.evaluate(async (a, b) => ({ sum: a + b }), 1, 2), { sum: 3 });
      const failing = page.evaluate(() => Promise.reject(new DOMException('no room', 'QuotaExceededError')));
      await assert.rejects(failing, { name: 'QuotaExceededError', message: 'no room' });
    });

    test('killWorker() ends the worker, not the page', async () => {
      assert.equal(await page.evaluate(ping), 1);
      assert.equal(await page.evaluate(ping), 2);
      await page.evaluate(() => void (globalThis.stays = true));
      const { reloaded } = await browser.killWorker(page);
      assert.equal(reloaded, false);
      assert.equal(await page.evaluate(ping), 1);
      assert.equal(await page.evaluate(() => globalThis.stays), true);
    });

    test('what is stored outlives worker and browser', async () => {
      await page.evaluate(store, MIB);
      const stored = { row: 'a row', entry: MIB };
      await browser.killWorker(page);
      assert.deepEqual(await page.evaluate(load), stored);
      await browser.kill();
      await browser.relaunch();
      page = await open();
      assert.deepEqual(await page.evaluate(load), stored);
      assert.equal(await pingOnceKilled(), 1);
    });

    /**
     * Chromium may find the script damaged of a worker that was stored right before it was killed: then it forgets the
     * registration, which pages still see for a while, and each page that loads makes it anew.
     */
    async function pingOnceKilled() {
      try {
        return await page.evaluate(ping);
      } catch (error) {
        if (!name.startsWith('chromium')) throw error;
        await page.reload();
        return page.evaluate(ping);
      }
    }

    test('the network is cut and comes back', async () => {
      const url = '/file?size=4000000&rate=1e6';
      const begun = page.evaluate(
        async (from) =>
          (await fetch(from)).arrayBuffer().then(
            () => 'whole',
            () => 'cut',
          ),
        url,
      );
      await until(() => origin.bytesSent(url) > 100_000);
      await origin.setOffline(true);
      assert.equal(await begun, 'cut');
      await assert.rejects(
        page.evaluate(() => fetch('/page.html').then(() => null)),
        { name: 'TypeError' },
      );
      await origin.setOffline(false);
      assert.equal(await page.evaluate(() => fetch('/page.html').then(({ status }) => status)), 200);
    });

    test('hide() and show()', async () => {
      await page.hide();
      assert.equal(await page.evaluate(() => document.visibilityState), 'hidden');
      await page.show();
      assert.equal(await page.evaluate(() => document.visibilityState), 'visible');
    });

    test('press()', async () => {
      await page.evaluate(() => {
        globalThis.clicks = 0;
        const button = Object.assign(document.createElement('button'), { id: 'pressed', onclick: () => clicks++ });
        document.body.prepend(button);
      });
      for (const key of ['Tab', 'Enter', ' ']) await page.press(key);
      await page.waitFor(() => document.activeElement.id === 'pressed' && clicks === 2);
    });

    test('console lines', async () => {
      const hears = (words) => until(() => heard.some((text) => text.includes(words)), { what: words });
      await page.evaluate(() => console.log('page speaks'));
      await hears('page speaks');
      if (browser.capabilities.workerConsole) await hears('worker counts');
    });
  });
}
