/** Page and worker of the app are of different weeks: one has this library and the other not, or not the same one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';

/** From now on the origin has that file as a later version might have it. */
function serveNext(t, name, changes) {
  let body = readFileSync(join(t.dist, name), 'utf8');
  for (const [from, to] of changes) {
    assert.ok(body.includes(from), `${name} has ${from}`);
    body = body.replace(from, to);
  }
  t.origin.files[`/dist/${name}`] = { body, type: 'text/javascript' };
}

/** A page whose calls demand this of the worker. */
const serveNextPage = (t, needed) => serveNext(t, 'window.js', [['version:1,session', `version:${needed},session`]]);

/** How long a call of the page takes, and what becomes of it. */
const timed = (page, call) =>
  page.evaluate(async (name) => {
    const manager = await app.manager();
    const calls = {
      getIds: () => manager.getIds(),
      get: () => manager.get('it').then((got) => String(got)),
      fetch: () => manager.fetch('it', '/file?size=10'),
    };
    const at = performance.now();
    const outcome = await calls[name]().catch(({ name, message }) => ({ name, message }));
    return { ms: performance.now() - at, outcome };
  }, call);

/** A registration whose active worker is without this library. */
const openBare = (t) => t.openPage(`${t.origin.url}/app/page.html?script=/app/bare.js&scope=/app/`);

export default [
  {
    name: 'beside a worker without this library nothing is stored, and fetch() says what to do',
    browsers: ENGINES,
    async run(t) {
      const page = await openBare(t);
      const ids = await timed(page, 'getIds');
      assert.deepEqual(ids.outcome, []);
      const got = await timed(page, 'get');
      assert.equal(got.outcome, 'undefined');
      for (const { ms } of [ids, got]) atMost(ms, 100, 'ms until the page knew that nothing is stored');
      const first = await timed(page, 'fetch');
      assert.equal(first.outcome.name, 'InvalidStateError');
      assert.match(
        first.outcome.message,
        /\/app\/bare\.js does not answer: does it import background-fetch-polyfill\/sw\?$/,
      );
      atMost(first.ms, 8_000, 'ms until fetch() was rejected');
      for (let call = 0; call < 100; call++) {
        const { ms, outcome } = await timed(page, 'fetch');
        assert.equal(outcome.name, 'InvalidStateError');
        atMost(ms, 500, 'ms until the next one was rejected');
      }
    },
  },
  {
    name: 'beside a worker without this library, one that waits is spoken of, and when it takes over, all is well',
    browsers: ENGINES,
    async run(t) {
      const page = await openBare(t);
      await page.evaluate(async () => {
        const script = '/app/sw.js?wait=1&do=skip-waiting';
        const registration = await navigator.serviceWorker.register(script, { scope: '/app/' });
        while (!registration.waiting) await new Promise((resolve) => setTimeout(resolve, 20));
      });
      const { outcome } = await timed(page, 'fetch');
      assert.match(outcome.message, /A newer one waits\.$/);
      await page.evaluate(async () => {
        const taken = new Promise((resolve) =>
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
        );
        (await app.ready).waiting.postMessage('take over');
        await taken;
      });
      const file = t.file();
      await t.fetch(page, 'at once', file);
      await t.expectSuccess(page, 'at once', file);
    },
  },
  {
    name: 'a later page that asks for what the worker can do is served by it',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      // Its worker may be asked for less than it can do, too.
      serveNextPage(t, 0);
      const later = await t.open({ registers: false });
      const file = t.file({ size: 2 * MIB, rate: 1e6 });
      await t.fetch(later, 'later', file);
      assert.deepEqual(await page.evaluate(() => app.adopt()), ['later']);
      await t.expectSuccess(page, 'later', file);
    },
  },
  {
    name: 'a later worker serves the page of before',
    browsers: ENGINES,
    async run(t) {
      serveNext(t, 'sw.js', [
        ['.version<=1', '.version<=2'],
        ['version:1,features', 'version:2,features'],
      ]);
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, rate: 1e6 });
      await t.fetch(page, 'before', file);
      assert.deepEqual(await page.evaluate(() => app.adopt()), ['before']);
      await t.expectSuccess(page, 'before', file);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a later page that asks for more is told of both versions, keeps the worker alive, and harms nobody',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 8 * MIB, rate: 1e6 });
      await t.fetch(page, 'ours', file);
      serveNextPage(t, 2);
      const stranger = await t.open({ registers: false });
      for (const call of ['getIds', 'fetch']) {
        const { outcome } = await timed(stranger, call);
        assert.equal(outcome.name, 'NotSupportedError');
        assert.match(outcome.message, new RegExp(`${call} of version 2, but this worker has version 1`));
      }
      // From now on only that page is there for the worker.
      await t.close(page);
      await t.expectSuccess(stranger, 'ours', file, { timeout: 30_000 });
      await t.expectNothingLeft(stranger);
    },
  },
];
