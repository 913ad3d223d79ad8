/** HTTPS with HTTP/2 in each engine: its certificate is accepted, and what a page's own fetch() sees of each fault. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startOrigin } from '../server/origin.mjs';
import { ENGINES, launch } from './launch.mjs';
import { until } from './process.mjs';

const SIZE = 3_000_000;
const AFTER = 1_000_000;
/** So long nothing comes, and it is neither whole nor an error. */
const SILENCE_MS = 2_000;
const FILES = {
  '/': { body: '<!doctype html><title>page</title>', type: 'text/html' },
  '/sw.js': {
    body: `addEventListener('message', async ({ ports: [port] }) => port.postMessage(await (await fetch('/text')).text()));`,
    type: 'text/javascript',
  },
  '/text': 'fetched by a worker',
};

/** In the page. */
async function askWorker() {
  await navigator.serviceWorker.register('/sw.js');
  const active = /** @type {ServiceWorker} */ ((await navigator.serviceWorker.ready).active);
  const { port1, port2 } = new MessageChannel();
  active.postMessage('ask', [port2]);
  return new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
}

/** In the page: how a body ends, and how much of it came. */
async function fetchAll(url, silence) {
  const controller = new AbortController();
  let received = 0;
  let timer;
  try {
    const reader = (await fetch(url, { signal: controller.signal })).body.getReader();
    for (;;) {
      timer = setTimeout(() => controller.abort('silence'), silence);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return ['end', received];
      received += value.length;
    }
  } catch {
    return [controller.signal.aborted ? 'silence' : 'error', received];
  } finally {
    clearTimeout(timer);
  }
}

/** WebKitGTK tells nobody that a body broke off; the others take one that ends before its Content-Length for whole. */
const ends = (name) =>
  name === 'webkit'
    ? { reset: ['silence', AFTER], short: ['silence', AFTER] }
    : { reset: ['error', AFTER], short: ['end', AFTER] };
const WHOLE = ['end', SIZE];

for (const name of ENGINES) {
  describe(name, { timeout: 90_000 }, () => {
    /** @type {Awaited<ReturnType<typeof startOrigin>>} */
    let origin;
    /** @type {Awaited<ReturnType<typeof launch>>} */
    let browser;
    let page;

    before(async () => {
      origin = await startOrigin({ protocol: 'h2', files: FILES });
      browser = await launch(name);
      page = await browser.newPage(`${origin.url}/`);
    });
    after(async () => {
      await browser?.close();
      await origin?.close();
    });

    /** @param {string} fault */
    const seen = async (fault) => {
      const url = `/file?size=${SIZE}&seed=1&key=${encodeURIComponent(fault)}&${fault}`;
      const outcome = await page.evaluate(fetchAll, url, SILENCE_MS);
      const requests = origin.requests().filter(({ key }) => key === fault);
      await until(() => requests.every(({ done }) => done), { what: 'the streams being closed' });
      return { outcome, requests };
    };

    test('page and worker are secure, and speak HTTP/2', async () => {
      assert.equal(await page.evaluate(() => isSecureContext), true);
      assert.equal(await page.evaluate(askWorker), FILES['/text']);
      assert(origin.requests().every(({ protocol }) => protocol === 'h2'));
    });

    test('also when the worker, and then the browser, was killed', async () => {
      await browser.killWorker(page);
      assert.equal(await page.evaluate(askWorker), FILES['/text']);
      await browser.kill();
      await browser.relaunch();
      page = await browser.newPage(`${origin.url}/`);
      assert.equal(await page.evaluate(askWorker), FILES['/text']);
    });

    test('streams that are reset, end early, or lose their connection', async () => {
      const { reset, short } = ends(name);
      assert.deepEqual((await seen(`cut=${AFTER}`)).outcome, reset);
      assert.deepEqual((await seen(`truncate=${AFTER}`)).outcome, short);
      assert.deepEqual((await seen(`truncate=${AFTER}&chunked=1`)).outcome, ['end', AFTER], 'which nobody can see');
      assert.deepEqual((await seen(`disconnect=${AFTER}`)).outcome, reset);
    });

    test('GOAWAY', async () => {
      const { reset } = ends(name);
      assert.deepEqual((await seen(`goaway=${AFTER}`)).outcome, reset);
      assert.equal(await page.evaluate(() => fetch('/text').then(({ status }) => status)), 200);
      const unprocessed = await seen(`goaway=${AFTER}&goawayAs=unprocessed`);
      assert.deepEqual([unprocessed.outcome, unprocessed.requests.length], [reset, 1]);
      const drained = await seen(`goaway=${AFTER}&goawayAs=drain`);
      assert.deepEqual([drained.outcome, drained.requests.length], [WHOLE, 1]);
    });

    test('what is refused is asked for again by the browser itself', async () => {
      const { outcome, requests } = await seen('refuse=1&times=1');
      assert.deepEqual([outcome, requests.map(({ status }) => status)], [WHOLE, [0, 200]]);
    });

    test('silence that ends', async () => {
      assert.deepEqual((await seen(`silence=${AFTER}&silenceFor=1000`)).outcome, WHOLE);
    });
  });
}
