/** The slim build, whose wasm file lies beside the script. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';

const WASM = '/dist/background_fetch.wasm';

/** The message of what `fetch()` rejects with. */
const refusal = (page, url) =>
  page.evaluate(
    (file) =>
      app.fetch('refused', file).then(
        () => null,
        (error) => `${error.name}: ${error.message}`,
      ),
    url,
  );

/** A download that is begun while there is no server. */
async function beginOffline(t, page) {
  await t.origin.setOffline(true);
  const file = t.file({ size: MIB });
  await t.fetch(page, 'begun', file);
  await t.origin.setOffline(false);
  await t.expectSuccess(page, 'begun', file, { timeout: 30_000 });
}

const cacheOf = ({ origin }) => `background-fetch-polyfill:${origin.url}/app/#wasm`;

/** Serves a later version, whose wasm is another one by a section that says nothing. */
function serveNext({ dist, origin }) {
  const read = (name) => readFileSync(join(dist, name));
  const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const wasm = read('background_fetch.wasm');
  const next = Buffer.concat([wasm, Buffer.from([0, 2, 1, 0x61])]);
  const script = read('sw.slim.mjs').toString();
  assert.ok(script.includes(hashOf(wasm)));
  origin.files['/next/background_fetch.wasm'] = { body: next, type: 'application/wasm' };
  origin.files['/next/sw.slim.mjs'] = script.replace(hashOf(wasm), hashOf(next));
  origin.files['/app/next.mjs'] =
    ['/next/sw.slim.mjs', '/app/log.js', '/app/recorder.js'].map((name) => `import '${name}';`).join('') +
    "addEventListener('message', ({ data }) => data === 'take over' && skipWaiting());";
}

export default [
  {
    name: 'a download, and one begun offline by a worker that was killed',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ type: 'slim' });
      const file = t.file({ size: MIB });
      await t.fetch(page, 'first', file);
      await t.expectSuccess(page, 'first', file);
      await t.expectNothingLeft(page);
      await t.browser.killWorker(page);
      await beginOffline(t, page);
    },
  },
  {
    name: 'installed, it needs no server to begin',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ type: 'slim' });
      await beginOffline(t, page);
    },
  },
  {
    name: 'so does a version that has waited while the one before worked',
    browsers: ENGINES,
    async run(t) {
      serveNext(t);
      const page = await t.open({ type: 'slim' });
      await page.evaluate(async () => {
        const options = { scope: '/app/', type: 'module' };
        const registration = await navigator.serviceWorker.register('/app/next.mjs?wait=1', options);
        while (!registration.waiting) await new Promise((resolve) => setTimeout(resolve, 20));
      });
      // Which loads its own, and tidies up.
      await t.browser.killWorker(page);
      const file = t.file({ size: MIB });
      await t.fetch(page, 'before', file);
      await t.expectSuccess(page, 'before', file);
      await t.origin.setOffline(true);
      await page.evaluate(async () => {
        const { waiting } = await app.ready;
        waiting.postMessage('take over');
        while (waiting.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 20));
      });
      await beginOffline(t, page);
    },
  },
  {
    name: 'what is no wasm file is told as that, and the right one is taken when it is there',
    browsers: ENGINES,
    async run(t) {
      t.mayReport = /background_fetch\.wasm/;
      t.origin.files[WASM] = { body: '<!doctype html><title>App</title>', type: 'text/html' };
      const page = await t.open({ type: 'slim' });
      const file = t.file({ size: MIB });
      const text = await refusal(page, file.url);
      assert.match(text, /^TypeError: .*background_fetch\.wasm .* 200, text\/html.*: serve /);
      t.origin.files[WASM] = { body: 'Not Found', type: 'text/plain', status: 404 };
      assert.match(await refusal(page, file.url), /^TypeError: .*background_fetch\.wasm .* 404, text\/plain/);
      delete t.origin.files[WASM];
      await t.fetch(page, 'right', file);
      await t.expectSuccess(page, 'right', file);
    },
  },
  {
    name: 'a file that is damaged where it is kept is loaded again',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ type: 'slim' });
      await page.evaluate(async (name) => {
        const cache = await caches.open(name);
        const [key] = await cache.keys();
        const bytes = await (await cache.match(key)).arrayBuffer();
        await cache.put(key, new Response(bytes.slice(0, 1000)));
      }, cacheOf(t));
      await t.browser.killWorker(page);
      const file = t.file();
      await t.fetch(page, 'loaded again', file);
      await t.expectSuccess(page, 'loaded again', file);
      // And is there once more.
      await t.browser.killWorker(page);
      await beginOffline(t, page);
    },
  },
  {
    name: 'an older file is not kept',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ type: 'slim' });
      const name = cacheOf(t);
      const keys = () =>
        page.evaluate(async (cache) => (await (await caches.open(cache)).keys()).map(({ url }) => url), name);
      const [own, ...others] = await keys();
      assert.match(own, /^https:\/\/background-fetch\.invalid\/[0-9a-f]{64}\.wasm$/);
      assert.deepEqual(others, []);
      await page.evaluate(
        async (cache) =>
          (await caches.open(cache)).put('https://background-fetch.invalid/older.wasm', new Response('')),
        name,
      );
      const file = t.file();
      await t.fetch(page, 'tidy', file);
      await t.expectSuccess(page, 'tidy', file);
      await t.until(async () => (await keys()).length === 1, 'the older one being removed');
      assert.deepEqual(await keys(), [own]);
    },
  },
];
