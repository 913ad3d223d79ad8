/** What the README and the guides show does what they say, in a browser that is made up: `world.mjs`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { blocksOf, guides } from './blocks.mjs';
import { World } from './world.mjs';

const at = (/** @type {string} */ path) => `https://app.example${path}`;

/**
 * For each document: what happens between the start of the worker and the page (`before`), and what is to be seen when
 * all that was asked for has come (`after`).
 * @type {Record<string, {isNative?: boolean, before?: (world: World) => unknown, after: (world: World) => unknown}>}
 */
const stories = {
  'README.md': {
    async after(world) {
      assert.deepEqual(world.all('show'), [0.5, 1]);
      assert.deepEqual(await world.stored('films'), [at('/film-42.mp4')]);
      assert.deepEqual(world.all('updateUI'), [{ title: 'Ready to watch' }]);
      assert.deepEqual(world.all('importScripts'), ['/background-fetch-polyfill/sw.js']);
      // By the ponyfill's target.
      assert.deepEqual(
        world.all('store').map((/** @type {any} */ { id }) => id),
        ['film-42'],
      );
    },
  },
  'large-files': {
    async after(world) {
      assert.deepEqual(world.all('show'), [0.5, 1, true]);
      assert.deepEqual(await world.stored('films'), [at('/film-42.mp4')]);
      world.answer = () => new Response('', { status: 404 });
      await world.manager.fetch('another', '/another.mp4');
      await world.finishAll();
      assert.deepEqual(world.all('tell'), ['another did not come: bad-status']);
    },
  },
  bundles: {
    before(world) {
      const { answer } = world;
      let misses = 1;
      world.answer = (request) =>
        request.url.endsWith('/530/351.webp') && misses-- > 0 ? new Response('', { status: 404 }) : answer(request);
    },
    async after(world) {
      const tiles = await world.stored('tiles');
      assert.equal(tiles.length, 200);
      assert.equal(tiles.at(-1), at('/tiles/10/530/351.webp'), 'the one that was missing has come by itself');
    },
  },
  'ai-models': {
    async after(world) {
      assert.deepEqual(world.all('show'), [0.5, 1]);
      assert.deepEqual(world.all('run'), [], 'it was not there yet');
      assert.deepEqual(world.all('postMessage'), ['https://models.example/small.gguf']);
      const [page] = blocksOf('docs/guides/ai-models.md');
      await world.run(page);
      const [weights] = /** @type {Blob[]} */ (world.all('run'));
      assert.equal(await weights.text(), 'bytes of https://models.example/small.gguf');
    },
  },
  uploads: {
    after(world) {
      assert.deepEqual(world.all('show'), [0, 1]);
      assert.deepEqual(
        world.all('tell'),
        ['ferry', 'harbour'].map((name) => `${at(`/photos/${name}.jpg`)}: 201`),
      );
    },
  },
  'expiring-urls': {
    async after(world) {
      assert.deepEqual(world.begun, ['film-42']);
      const [mayRun, send] = world.configuration.slice(6);
      /** @type {string[]} */
      let asked = [];
      const sent = async (/** @type {string} */ path) => {
        asked = [];
        await send(at(path), { method: 'GET', headers: [] }, { attempt: 1, received: 0 });
        return asked;
      };
      world.answer = ({ url }) => {
        asked.push(url);
        return new Response('https://cdn.example/42.mp4?signature=1');
      };
      assert.deepEqual(await sent('/films/42.mp4'), [
        at('/sign?path=/films/42.mp4'),
        'https://cdn.example/42.mp4?signature=1',
      ]);
      assert.deepEqual(await sent('/other.mp4'), [at('/other.mp4')]);
      world.answer = () => new Response('', { status: 500 });
      assert.equal(await sent('/films/42.mp4').catch((reason) => reason), null);
      assert.match(String(world.all('reportError')), /No signature: 500/);
      assert.deepEqual([await mayRun(undefined), await mayRun({ onlyAtNight: false })], [true, true]);
      assert.equal(await mayRun({ onlyAtNight: true }), new Date().getHours() < 6);
      assert.match(String(world.all('warn')), /no preferences/);
    },
  },
  csp: {
    after: (world) => assert.deepEqual(world.all('warn'), ['not-persistent']),
  },
  inspecting: {
    async after(world) {
      const [error] = world.all('warn');
      assert.equal(/** @type {Error} */ (error).name, 'NotSupportedError');
      const [watch, notes] = world.configuration.slice(8);
      const host = watch({ send: async () => new Response('', { status: 206 }) });
      await host.send(at('/film'), { headers: [['range', 'bytes=5-']] });
      assert.deepEqual(
        notes().events.map((/** @type {any} */ { type, from, status }) => [type, from, status]),
        [
          ['started', undefined, undefined],
          ['sent', 5, undefined],
          ['answered', 5, 206],
        ],
      );
      await world.manager.fetch('film-42', '/film-42.mp4');
      await world.finishAll();
      const stored = world.all('store').map((/** @type {any} */ { id }) => id);
      assert.deepEqual([stored, world.all('warn').length], [['film-42'], 1], 'all is right');
    },
  },
  'periodic-refresh': {
    async before(world) {
      const { answer } = world;
      const episodes = ['/1.mp3', '/2.mp3'].map((path) => ({ url: at(path) }));
      world.answer = (request) => (request.url === at('/episodes.json') ? Response.json(episodes) : answer(request));
      await (await world.caches.open('episodes')).put('/1.mp3', new Response('here already'));
      await world.dispatch('periodicsync');
      assert.deepEqual(await world.stored('wanted'), [at('/2.mp3')]);
    },
    async after(world) {
      assert.deepEqual(await world.stored('lists'), [at('/episodes.json')]);
      assert.deepEqual(await world.stored('wanted'), []);
      assert.deepEqual(world.begun, [at('/2.mp3')]);
    },
  },
  aliases: {
    before(world) {
      let misses = 1;
      const { answer } = world;
      world.answer = (request) =>
        request.url.endsWith('/tiles.zip') && misses-- > 0 ? new Response('', { status: 503 }) : answer(request);
    },
    async after(world) {
      const shown = world.all('show');
      assert.deepEqual(shown.slice(0, 4).map(String).sort(), ['0', '0', 'success', 'success']);
      assert.deepEqual(shown.slice(4), [false, 'tiles', 500_000_000]);
      assert.deepEqual(world.begun, ['photos', 'tiles', 'tiles', 'film']);
      assert.deepEqual(world.all('tell'), ['0 bytes', '0 bytes', '500000000 bytes']);
    },
  },
  notifications: {
    // With the browser's own, it stays out.
    isNative: false,
    before(world) {
      world.told.status = { uid: 'uid', title: 'The Night Ferry', icons: [{ src: '/ferry.png' }], state: 'finishing' };
      world.pages.push({ visibilityState: 'visible' });
    },
    async after(world) {
      assert.deepEqual(world.begun, ['ferry']);
      assert.equal(world.all('requestPermission').length, 1);
      const shown = () =>
        world.all('showNotification').map((/** @type {any} */ { title, body, icon }) => [title, body, icon]);
      const [first, ...others] = /** @type {any[]} */ (world.all('showNotification'));
      assert.deepEqual(shown(), [['Ready to watch', 'Downloaded · 1.4 GB', '/ferry.png']]);
      assert.deepEqual(others, [], 'there is a page that shows it');
      const click = { notification: { ...first, close() {} }, action: '' };
      await world.dispatch('notificationclick', click);
      assert.deepEqual(world.all('openWindow'), ['/watch/ferry']);
      world.pages.length = 0;
      await world.manager.fetch('ferry', '/films/ferry.mp4', { downloadTotal: 5e6 });
      await world.finishAll();
      assert.deepEqual(shown().slice(1).sort(), [
        ['Ready to watch', 'Downloaded · 5 MB', '/ferry.png'],
        ['Ready to watch', 'Fertig · 5 MB', '/ferry.png'],
      ]);
    },
  },
  migrating: {
    after(world) {
      assert.deepEqual(world.begun, ['film-42']);
      assert.deepEqual(world.all('openPlainDownload'), []);
    },
  },
  precache: {
    async after(world) {
      await world.dispatch('install');
      assert.deepEqual(await world.stored('shell-1'), ['/', '/app.js', '/background-fetch-polyfill/window.js'].map(at));
      world.answer = () => {
        throw new TypeError('no network');
      };
      const ask = (/** @type {string} */ path) => world.dispatch('fetch', { request: new Request(at(path)) });
      assert.equal(await (await ask('/app.js'))?.text(), `bytes of ${at('/app.js')}`);
      assert.equal(await ask('/film.mp4'), undefined, 'what is not of the shell is left to the browser');
    },
  },
  'cached-responses': {
    async before(world) {
      await world.manager.fetch('film-42', '/film-42.mp4');
      await world.finishAll();
    },
    async after(world) {
      const [film] = /** @type {Blob[]} */ (world.all('play'));
      assert.equal(await film.text(), `bytes of ${at('/film-42.mp4')}`);
      assert.deepEqual(world.all('list'), [at('/film-42.mp4')]);
      assert.deepEqual(world.all('log'), [['']]);
      const stored = await world.caches.match('/film-42.mp4');
      assert.equal(stored?.headers.get('X-Final-URL'), at('/film-42.mp4'));
    },
  },
  uninstalling: {
    async after(world) {
      const ours = 'background-fetch-polyfill:https://app.example/';
      for (const name of [ours, `${ours}#wasm`, 'films']) await world.caches.open(name);
      world.databases.push(ours, 'notes');
      await world.dispatch('activate');
      assert.deepEqual(await world.caches.keys(), ['films']);
      assert.deepEqual(world.databases, ['notes']);
    },
  },
};

const nameOf = (/** @type {string} */ document) => document.replace(/^docs\/guides\/(.+)\.md$/, '$1');

/** What needs a database or elements, and is run in browsers: `tests/e2e/scenarios/library-elsewhere.mjs`, `downloads.mjs`. */
const elsewhere = ['docs/guides/offline.md', 'docs/guides/elements.md'];

/** Those that run in an app: what is for Node.js is compiled only, here, and whole files are built: `tests/packaging/lib/readme.mjs`. */
const shown = ['README.md', ...guides]
  .filter((document) => !elsewhere.includes(document))
  .map((document) => ({
    document,
    blocks: blocksOf(document).filter(({ realm, isFile }) => realm !== 'node' && !isFile),
  }))
  .filter(({ blocks }) => blocks.length > 0);

test('each document that shows code for apps has a story, and no other', () => {
  assert.deepEqual(Object.keys(stories).sort(), shown.map(({ document }) => nameOf(document)).sort());
});

describe('does what it says:', () => {
  for (const { document, blocks } of shown) {
    test(document, { timeout: 60_000 }, async () => {
      const { before, after, isNative } = stories[nameOf(document)];
      const world = new World({ isNative });
      for (const block of blocks.filter(({ realm }) => realm === 'worker')) await world.run(block);
      await before?.(world);
      for (const block of blocks.filter(({ realm }) => realm === 'page')) {
        await world.run(block);
        await world.finishAll();
      }
      await after(world);
    });
  }
});
