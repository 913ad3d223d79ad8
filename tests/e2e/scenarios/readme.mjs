/** What the README shows, put together as it says, without a bundler. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { blocksOf, read } from '../../docs/blocks.mjs';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';

const blocks = blocksOf('README.md');

/** The first block with these words. @param {string} realm @param {string} words */
const block = (realm, words) => {
  const found = blocks.find((each) => each.realm === realm && each.code.includes(words));
  assert.ok(found, `a block with ${words}`);
  return found.code;
};

/** What the app has beside that. */
const OWN = `
  globalThis.shown = [];
  globalThis.errors = [];
  const show = (part) => shown.push(part);
  addEventListener('error', ({ message }) => errors.push(message));
  addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
`;

/** The app: its page, the script of that, and its worker. @param {Buffer} film */
function appOf(film) {
  const [script] = /<script src=".+"><\/script>/.exec(read('README.md')) ?? [];
  const [register] = /navigator\.serviceWorker\.register\('\/sw\.js'\)/.exec(read('README.md')) ?? [];
  const page = block('page', "backgroundFetch.fetch('film-42'");
  return {
    '/': { body: `<!doctype html>${script}<script type="module" src="/app.js"></script>`, type: 'text/html' },
    '/app.js': `${OWN}\n${register};\n${page}`,
    '/sw.js': `${block('worker', 'importScripts')}\n${block('worker', 'backgroundfetchsuccess')}`,
    '/film-42.mp4': film,
  };
}

export default [
  {
    name: 'a download with progress, which is in the app’s cache when it has come',
    browsers: ENGINES,
    async run(t) {
      const film = Buffer.alloc(4 * MIB, 'The Night Ferry. ');
      const roots = { '/background-fetch-polyfill': t.dist };
      const origin = await t.startOrigin({ roots, files: appOf(film) });
      const page = await t.openPage(`${origin.url}/`, true);
      const digest = await page.waitFor(
        async () => {
          const response = await (await caches.open('films')).match('/film-42.mp4');
          if (!response) return null;
          const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
          return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        },
        { timeout: 20_000, every: 200 },
      );
      assert.equal(digest, createHash('sha256').update(film).digest('hex'));
      const shown = await page.evaluate(() => shown);
      assert.equal(shown.at(-1), film.length / 1_400_000_000);
      assert.deepEqual(await page.evaluate(() => errors), []);
      // It is none of the tests' own, which are asked for more at the end.
      await t.close(page);
    },
  },
];
