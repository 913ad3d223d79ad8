/** What a worker configures: limits, and the hooks that are asked before a request, and before anything at all. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { classic } from '../lib/classic.mjs';
import { MIB, SETTLED } from '../lib/context.mjs';

/** How long a signed URL is good, and how long the download takes, in ms. */
const [LIFE, LENGTH] = [3_000, 20_000];
const RATE = 400_000;

/** The app, whose worker is configured so, after the polyfill has come, or before. */
async function open(t, query, { before = false, ...options } = {}) {
  t.origin.files['/made/extras.js'] = await classic(t.dist, 'extras.mjs', 'extras');
  return t.open({ [before ? 'before' : 'do']: ['configures'], query, ...options });
}

const configuration = (page) => page.evaluate(() => app.ask('configuration'));

const prefer = (page, preferences) =>
  page.evaluate(async (given) => {
    const { setPreferences } = await import('/dist/extras.mjs');
    await setPreferences(await app.ready, given);
  }, preferences);

const statusOf = (page, id) =>
  page.evaluate(async (wanted) => {
    const { status } = await import('/dist/extras.mjs');
    const { state, reason } = await status(app.fetches[wanted]);
    return `${state} ${reason}`;
  }, id);

/** All of a film comes by URLs that expire on the way. */
const expiring = (prepares) => ({
  name: `URLs that expire on the way, ${prepares === 'fresh' ? 'a fresh one each time' : 'kept until they are denied'}`,
  browsers: ENGINES,
  timeout: LENGTH + 60_000,
  async run(t) {
    const page = await open(t, { prepares, life: String(LIFE) }, { before: prepares === 'fresh' });
    const file = t.file({ size: (RATE * LENGTH) / 1000, rate: RATE });
    // As one that was made long ago.
    file.url += '&expires=1000';
    await t.fetch(page, 'film', file);
    await t.expectSuccess(page, 'film', file, { timeout: LENGTH + 40_000 });
    const { seen } = await configuration(page);
    assert.ok(seen.length >= LENGTH / LIFE / 4, `${seen.length} requests prepared`);
    assert.ok(
      seen.every(({ url, range }) => url === file.url && range === null),
      JSON.stringify(seen),
    );
    assert.deepEqual([seen[0].attempt, seen[0].received], [1, 0]);
    assert.ok(seen.at(-1).received > file.size / 3, JSON.stringify(seen.at(-1)));
    const denied = file.requests.filter(({ status }) => status === 403);
    assert.equal(denied.length > 0, prepares === 'denied');
    assert.ok(file.sent <= 1.1 * file.size, `${file.sent} of ${file.size} bytes sent`);
    await t.expectNothingLeft(page);
  },
});

export default [
  expiring('fresh'),
  expiring('denied'),
  {
    name: 'a token that is renewed after 401, by what the page prefers; the record keeps the request',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t, { prepares: 'token' });
      await prefer(page, { token: 'fresh' });
      const file = t.file({ size: 10_000 });
      t.origin.setChange(file.key, (plan, { headers }) =>
        headers['x-token'] === 'fresh'
          ? plan
          : { ...plan, status: 401, headers: { 'content-length': '0' }, body: null },
      );
      await t.fetch(page, 'film', [[file.url, { headers: { 'X-Token': 'stale' } }]]);
      await t.expectSuccess(page, 'film', file);
      assert.deepEqual(
        file.requests.map(({ status, headers }) => [status, headers['x-token']]),
        [
          [401, 'stale'],
          [200, 'fresh'],
        ],
      );
      const [event] = await t.rows(page, { kind: 'event', id: 'film' });
      assert.equal(event.records[0].request.headers['x-token'], 'stale');
    },
  },
  ...['throws', 'hangs'].map((prepares) => ({
    name: `a hook that ${prepares} stops no other download, and its own not for ever`,
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      // WebKit does not always tell what was reported.
      t.mayReport = /no token|takes longer|Script error/;
      const page = await open(t, { prepares });
      const [bad, good] = [t.file({ size: 10_000 }), t.file({ size: 10_000, name: 'good' })];
      await t.fetch(page, 'bad', bad);
      await t.fetch(page, 'good', good);
      await t.expectSuccess(page, 'good', good);
      if (prepares === 'hangs') return t.expectSuccess(page, 'bad', bad, { timeout: 60_000 });
      assert.equal(bad.requests.length, 0);
      await t.until(async () => (await configuration(page)).seen.length > 3, 'it is asked again', 20_000);
      await page.evaluate(() => app.abort('bad'));
    },
  })),
  {
    name: 'nothing is asked for while the app does not want it, in no life of the worker, and at once when it does',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await open(t, { asks: '' });
      await prefer(page, { allowed: false });
      const file = t.file({ size: 3 * MIB, rate: 400_000 });
      await t.fetch(page, 'film', file);
      await sleep(SETTLED);
      assert.equal(file.requests.length, 0);
      assert.equal(await statusOf(page, 'film'), 'waiting app');
      const { locks } = await t.leftovers(page);
      assert.deepEqual(locks, [], 'no worker is kept alive for it');
      await prefer(page, { allowed: true });
      await t.until(() => file.sent > MIB, 'a third of it');
      await prefer(page, { allowed: false });
      await sleep(SETTLED);
      const { sent } = file;
      assert.equal(await statusOf(page, 'film'), 'waiting app');
      await t.browser.killWorker(page);
      await page.reload();
      await page.evaluate(() => app.adopt());
      await sleep(SETTLED);
      assert.equal(await statusOf(page, 'film'), 'waiting app');
      assert.equal(file.sent, sent);
      await prefer(page, { allowed: true });
      await t.expectSuccess(page, 'film', file, { timeout: 30_000 });
      assert.ok(file.sent < 1.2 * file.size, `${file.sent} bytes sent`);
      await t.expectNothingLeft(page);
    },
  },
  ...['configured', 'configured ponyfill'].map((type) => ({
    name: `in a module worker, ${type === 'configured' ? 'before the polyfill' : 'after the ponyfill'}`,
    browsers: ENGINES,
    async run(t) {
      const options = JSON.stringify({ maxTotal: 50_000 });
      const page = await t.open({ type, query: { options } });
      const file = t.file({ size: 60_000, rate: 20_000 });
      await t.fetch(page, 'film', file);
      await t.expectFailure(page, 'film', 'quota-exceeded');
      assert.ok(file.sent < 60_000, `${file.sent} bytes sent`);
    },
  })),
  {
    name: 'limits: the bytes of a fetch, fetches at a time, connections at a time',
    browsers: ENGINES,
    async run(t) {
      const options = JSON.stringify({ maxTotal: MIB, maxConcurrentFetches: 1, connections: 1 });
      const page = await open(t, { options });
      const files = [1, 2, 3].map(() => t.file({ size: 40_000, rate: 40_000 }));
      const rejection = await page.evaluate(
        (url, downloadTotal) => app.rejection(() => app.fetch('large', url, { downloadTotal })),
        files[0].url,
        MIB + 1,
      );
      assert.equal(rejection, 'QuotaExceededError');
      const [first, second, third] = files;
      await t.fetch(page, 'one', [first.url, second.url]);
      await t.fetch(page, 'two', third);
      await t.until(() => second.requests.length > 0, 'one after the other');
      assert.ok(first.requests[0].done, 'over one connection');
      assert.equal(third.requests.length, 0, 'the second fetch waits');
      assert.equal(await statusOf(page, 'two'), 'waiting turn');
      await t.expectSuccess(page, 'two', third);
      assert.ok(second.requests[0].done);
      await t.fetch(page, 'too large', t.file({ size: MIB + 1, rate: 100_000 }));
      await t.expectFailure(page, 'too large', 'quota-exceeded');
    },
  },
  {
    name: 'a server that falls silent is given up as soon as the app wants',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t, { options: JSON.stringify({ stallTimeout: 1_500 }) });
      // It cannot be asked for the rest, and so not for a second time beside the first.
      const file = t.file({ size: 50_000, ranges: 0, silence: 20_000, times: 1 });
      await t.fetch(page, 'film', file);
      await t.until(() => file.requests.length > 1, 'it is asked again', 15_000);
      await t.expectSuccess(page, 'film', file);
    },
  },
  {
    name: 'what is no option, or too late, or in a page, says so',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t, {});
      const { wrong, late } = await configuration(page);
      assert.deepEqual(wrong, [
        "TypeError: configure() has no 'conections', but connections, maxConcurrentFetches, maxTotal, stallTimeout, retryFor, keepAlive, mayRun, prepareRequest.",
        "TypeError: configure(): 'connections' must be a whole number above 0.",
        "TypeError: configure(): 'connections' must be a whole number above 0.",
        "TypeError: configure(): 'maxTotal' must be a whole number above 0.",
        "TypeError: configure(): 'stallTimeout' must be a whole number above 0.",
        "TypeError: configure(): 'keepAlive' must be a boolean.",
        "TypeError: configure(): 'mayRun' must be a function.",
      ]);
      assert.match(late, /^InvalidStateError: .*too late/);
      const inPage = await page.evaluate(async () => {
        const { configure } = await import('/dist/extras.mjs');
        return app.rejection(async () => configure({ connections: 1 }));
      });
      assert.equal(inPage, 'InvalidStateError');
    },
  },
];
