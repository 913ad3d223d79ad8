/** `inspect()` and `debug()` of `./extras`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { inspect, open, untilSeen } from '../lib/inspect.mjs';

/** A worker without the polyfill. */
const BARE = readFileSync(new URL('../app/bare.js', import.meta.url), 'utf8');

const WATCHED = `
import { debug } from '/dist/extras.mjs';
console.warn = (text) => log.add({ kind: 'warning', text });
debug(eventTarget);
`;

const warnings = async (t, page) => (await t.rows(page, { kind: 'warning' })).map(({ text }) => text);

/** That these events are there, in this order, whatever is between them. */
function expectOrder(events, wanted) {
  const types = events.map(({ type }) => type);
  let at = -1;
  for (const type of wanted) {
    at = types.indexOf(type, at + 1);
    assert.ok(at >= 0, `${type} of ${wanted} in ${types}`);
  }
}

/** @type {import('../lib/scenarios.mjs').Scenario[]} */
export default [
  {
    name: 'a download in the middle of it, over several connections, and after the death of the worker',
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: 16 * MIB, rate: 400_000 });
      await t.fetch(page, 'film', [[file.url, { headers: { Authorization: 'Bearer secret' } }]], {
        title: 'A film',
        downloadTotal: file.size,
      });
      const isSplit = ({ fetches: [film] }) => film?.records[0].parts.length > 1 && film.records[0].segments.length > 1;
      const seen = await untilSeen(t, page, isSplit, 'several connections bring it', 40_000);
      const [film] = seen.fetches;
      assert.deepEqual([film.id, film.title, film.stage, film.state], ['film', 'A film', 'active', 'running']);
      const [record] = film.records;
      assert.deepEqual([record.status, record.length, record.attempts, record.result], [200, file.size, 0, '']);
      assert.ok(record.validator, 'its version is known');
      const parts = record.parts.toSorted((one, other) => one.from - other.from);
      assert.equal(parts[0].from, 0, 'the first request was the app’s own');
      assert.ok(parts.at(-1).from > 0 && parts.at(-1).from < file.size, JSON.stringify(parts));
      const [origin] = seen.origins;
      assert.deepEqual([seen.origins.length, origin.origin, origin.heldUntil], [1, t.origin.url, null]);
      assert.deepEqual([origin.connections, origin.ranges], [parts.length, true]);
      expectOrder(seen.events, ['started', 'busy', 'sent', 'answered', 'sent', 'answered', 'stored']);
      const text = JSON.stringify(seen);
      assert.ok(!text.includes('secret') && !text.includes('seed='), text);
      assert.equal((await inspect(page, { queries: true })).fetches[0].records[0].url, file.url);

      await t.browser.killWorker(page);
      const again = await untilSeen(
        t,
        page,
        ({ engines, fetches: [one] }) =>
          engines > seen.engines && one?.records[0].parts.some(({ status }) => status === 206),
        'another worker goes on',
        40_000,
      );
      const bytes = ({ segments }) => segments.reduce((sum, { length }) => sum + length, 0);
      assert.ok(bytes(again.fetches[0].records[0]) >= bytes(record), 'what was stored is there');
      assert.equal(again.events[0].type, 'started', 'it knows nothing of what was before it');
      const [first] = again.events.filter(({ type }) => type === 'sent');
      assert.ok(first.from > 0, JSON.stringify(first));
      await page.evaluate(() => app.abort('film'));
      await untilSeen(
        t,
        page,
        ({ fetches, events }) => !fetches.length && events.at(-1).type === 'idle',
        'all is over',
      );
    },
  },
  {
    name: 'a server that wants to be left alone, and what was asked of it',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await open(t);
      const held = await t.startOrigin();
      const file = t.file({ size: 50_000, status: 503, retryAfter: 300, cors: 1, expose: 1 }, held);
      await t.fetch(page, 'later', file);
      // The worker waits a moment before that is stored.
      const isHeld = ({ fetches: [later], origins: [server] }) =>
        later?.state === 'server' && server?.heldUntil != null;
      const seen = await untilSeen(t, page, isHeld, 'it waits for the server');
      const [later] = seen.fetches;
      const [{ origin, heldUntil, connections }] = seen.origins;
      assert.deepEqual([origin, connections], [held.url, 0]);
      for (const until of [heldUntil, later.nextAttempt]) {
        assert.ok(until > seen.at + 200_000 && until < seen.at + 301_000, `${until - seen.at} ms`);
      }
      assert.deepEqual([later.records[0].attempts, later.records[0].parts], [1, []]);
      const [answered] = seen.events.filter(({ type }) => type === 'answered');
      assert.deepEqual([answered.status, new URL(answered.url).origin], [503, held.url]);
      expectOrder(seen.events, ['sent', 'answered', 'closed']);
      await t.browser.killWorker(page);
      const again = await untilSeen(t, page, (one) => isHeld(one) && one.engines > seen.engines, 'it still waits');
      assert.equal(again.origins[0].heldUntil, heldUntil);
      assert.equal(again.fetches[0].records[0].attempts, 1);
      await page.evaluate(() => app.abort('later'));
    },
  },
  {
    name: 'what has happened is told in its order, to the end, and no mistake is warned of where there is none',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const file = t.file({ size: 100_000 });
      await t.fetch(page, 'film', file);
      await t.expectSuccess(page, 'film', file);
      const isOver = ({ events }) => events.at(-1)?.type === 'idle';
      const { events, fetches, origins } = await untilSeen(t, page, isOver, 'all is over');
      assert.deepEqual([fetches, origins], [[], []]);
      const order = ['sent', 'answered', 'ended', 'event', 'handled', 'over', 'idle'];
      expectOrder(events, order);
      assert.ok(events.every(({ at }, place) => at >= (events[place - 1]?.at ?? 0)));
      assert.deepEqual(await warnings(t, page), []);
    },
  },
  {
    name: 'with the ponyfill, in a module worker',
    browsers: ENGINES,
    async run(t) {
      const imports = ['serve.mjs', 'watched.mjs', 'log.js', 'recorder.js'].map((name) => `import '/app/${name}';`);
      t.origin.files['/app/sw.ponyfill.mjs'] = imports.join('\n');
      t.origin.files['/app/watched.mjs'] = WATCHED;
      const page = await t.open({ type: 'ponyfill', html: 'ponyfill.html' });
      const file = t.file({ size: 1000 });
      await t.fetch(page, 'film', file);
      await t.expectSuccess(page, 'film', file);
      const { events } = await untilSeen(t, page, (seen) => seen.events.at(-1)?.type === 'idle', 'all is over');
      expectOrder(events, ['started', 'sent', 'answered', 'event', 'handled', 'over', 'idle']);
      assert.deepEqual(await warnings(t, page), []);
    },
  },
  {
    name: 'no worker takes notes that is not told to, and what is stored is told all the same',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 2 * MIB, rate: 300_000 });
      await t.fetch(page, 'film', file);
      const hasPieces = ({ fetches: [film] }) => film?.records[0].segments.length > 0;
      const seen = await untilSeen(t, page, hasPieces, 'something is stored');
      assert.deepEqual([seen.watched, seen.events, seen.fetches[0].records[0].parts], [false, [], []]);
      assert.equal(seen.fetches[0].state, 'running');
      await page.evaluate(() => app.abort('film'));
    },
  },
  ...[
    ['nothing', /No handler of 'backgroundfetchsuccess'/],
    ['wrongly', /waitUntil\(\) was given a function/],
  ].map(([handles, expected]) => ({
    name: `a worker that handles a success ${handles === 'nothing' ? 'by nothing' : handles} is warned of it, once`,
    browsers: [...ENGINES, 'chromium-native'],
    async run(t) {
      const page = await open(t, handles);
      for (const id of ['one', 'two']) {
        const file = t.file({ size: 1000 });
        await t.fetch(page, id, file);
        await t.until(async () => (await page.evaluate((which) => app.state(which), id)).result === 'success', id);
        if (!t.isNative) await untilSeen(t, page, ({ events }) => events.at(-1)?.type === 'idle', 'all is over');
      }
      const told = await t.until(async () => {
        const found = await warnings(t, page);
        return found.length > 0 && found;
      }, 'a warning');
      assert.equal(told.length, 1, told.join('\n'));
      assert.match(told[0], expected);
    },
  })),
  ...[false, true].map((bare) => ({
    name: bare
      ? 'a page whose worker has no polyfill is warned of it, once'
      : 'a page whose worker is as it should be is not warned',
    browsers: ENGINES,
    async run(t) {
      if (bare) t.origin.files['/app/sw.js'] = { body: BARE, type: 'text/javascript' };
      const page = await t.open();
      const told = await page.evaluate(async () => {
        const all = [];
        console.warn = (text) => all.push(text);
        const { debug, diagnose } = await import('/dist/extras.mjs');
        debug();
        debug();
        // Which looks as long.
        await diagnose(await app.ready);
        await new Promise((resolve) => setTimeout(resolve, 500));
        return all;
      });
      if (!bare) return assert.deepEqual(told, []);
      assert.equal(told.length, 1, told.join('\n'));
      assert.match(told[0], /sw\.js.*does not answer.*background-fetch-polyfill\/sw/);
    },
  })),
];
