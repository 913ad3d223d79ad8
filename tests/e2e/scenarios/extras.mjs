/** Beyond the standard: `./extras`, over ours and over the browser's own. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB, SETTLED } from '../lib/context.mjs';

const ALL = [...ENGINES, 'chromium-native'];

/** Calls of the entry in the page. @param {any} page @param {string} name @param {string} id */
const statusOf = (page, id) =>
  page.evaluate(async (wanted) => {
    const { status } = await import('/dist/extras.mjs');
    return status(app.fetches[wanted]);
  }, id);

export default [
  {
    name: 'the status of a download tells its rate, and what is left',
    browsers: ALL,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 4 * MIB, rate: 500_000 });
      await t.fetch(page, 'film', file, { title: 'A film', downloadTotal: 4 * MIB });
      await statusOf(page, 'film');
      const status = await t.until(
        async () => {
          const told = await statusOf(page, 'film');
          return told.downloaded > MIB && told.rate > 0 && told;
        },
        'a quarter of it',
        30_000,
      );
      assert.equal(status.state, 'running');
      assert.ok(status.rate > 100_000 && status.rate < 2_000_000, `${status.rate} bytes a second`);
      assert.ok(Math.abs(status.secondsLeft - (4 * MIB - status.downloaded) / status.rate) < 0.01);
      if (t.isNative) assert.deepEqual([status.requests, status.title], [null, '']);
      else assert.deepEqual([status.requests, status.title], [{ done: 0, failed: 0, total: 1 }, 'A film']);
      const end = await page.evaluate(async () => {
        const { finished, status } = await import('/dist/extras.mjs');
        const { result } = await finished(app.fetches.film);
        return [result, (await status(app.fetches.film)).state];
      });
      assert.deepEqual(end, ['success', 'success']);
      await t.expectSuccess(page, 'film', file);
    },
  },
  {
    name: 'what waits says for what, and until when',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'later', t.file({ status: 503, 'retry-after': 300 }));
      const status = await t.until(
        async () => {
          const told = await statusOf(page, 'later');
          return told.state === 'waiting' && told;
        },
        'it waits',
        15_000,
      );
      assert.equal(status.reason, 'server');
      const seconds = (status.nextAttempt - (await page.evaluate(() => Date.now()))) / 1000;
      assert.ok(seconds > 200 && seconds <= 300, `${seconds} s`);
      await page.evaluate(() => app.abort('later'));
    },
  },
  {
    name: 'what is paused stays so, in the next worker and the next browser, until it may go on',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 3 * MIB, rate: 400_000 });
      const set = (which, how) =>
        which.evaluate(async (name) => (await import('/dist/extras.mjs'))[name](await app.ready, 'film'), how);
      assert.equal(await set(page, 'pause'), false, 'there is none yet');
      await t.fetch(page, 'film', file);
      await t.until(() => file.sent > MIB, 'a third of it');
      assert.equal(await set(page, 'pause'), true);
      await sleep(SETTLED);
      const { sent } = file;
      assert.equal((await statusOf(page, 'film')).state, 'paused');
      await t.browser.killWorker(page);
      await sleep(SETTLED);
      await t.relaunch();
      const again = await t.open();
      assert.deepEqual(await again.evaluate(() => app.adopt()), ['film']);
      await sleep(SETTLED);
      assert.equal((await statusOf(again, 'film')).state, 'paused');
      assert.equal(file.sent, sent);
      assert.equal(await set(again, 'resume'), true);
      await t.expectSuccess(again, 'film', file, { timeout: 30_000 });
      assert.ok(file.sent < 1.2 * file.size, `${file.sent} bytes sent`);
      await t.expectNothingLeft(again);
    },
  },
  {
    name: 'an observer shows what begins, goes on and ends',
    browsers: ALL,
    async run(t) {
      const page = await t.open();
      await page.evaluate(async () => {
        const { observe } = await import('/dist/extras.mjs');
        const observer = observe(await app.ready);
        globalThis.seen = [];
        const look = () => {
          const all = observer.getSnapshot();
          if (!Object.isFrozen(all) || observer.getSnapshot() !== all) app.errors.push('no snapshot');
          seen.push(all.map(({ id, state }) => [id, state]));
        };
        globalThis.unsubscribe = observer.subscribe(look);
      });
      const file = t.file({ size: MIB, rate: 300_000 });
      await t.fetch(page, 'film', file);
      const last = () => page.evaluate(() => JSON.stringify(seen.at(-1)));
      await t.until(async () => (await last()) === '[["film","running"]]', 'it runs', 20_000);
      await t.until(async () => (await last()) === '[["film","success"]]', 'it has ended', 30_000);
      const seen = await page.evaluate(() => {
        unsubscribe();
        return seen.length;
      });
      const another = t.file({ size: 1000 });
      await t.fetch(page, 'another', another);
      await t.expectSuccess(page, 'another', another);
      assert.equal(await page.evaluate(() => globalThis.seen.length), seen, 'nobody looks any more');
    },
  },
  {
    name: 'the history, and what is forgotten',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 1000 });
      await t.fetch(page, 'good', file, { title: 'Good' });
      await t.expectSuccess(page, 'good', file);
      await t.fetch(page, 'bad', t.file({ status: 404 }));
      await t.expectFailure(page, 'bad', 'bad-status');
      await t.expectNothingLeft(page);
      const history = () =>
        page.evaluate(async () => {
          const { history } = await import('/dist/extras.mjs');
          const all = await history(await app.ready);
          return all.map(({ id, title, result, failureReason, ended }) => [
            id,
            title,
            result,
            failureReason,
            Math.abs(Date.now() - ended) < 600_000,
          ]);
        });
      const good = ['good', 'Good', 'success', '', true];
      await t.until(async () => (await history()).length === 2, 'both are over');
      assert.deepEqual(await history(), [good, ['bad', '', 'failure', 'bad-status', true]]);
      await page.evaluate(async () => {
        const { forget } = await import('/dist/extras.mjs');
        await forget(await app.ready, 'bad');
        await forget(await app.ready, 'none');
      });
      assert.deepEqual(await history(), [good]);
    },
  },
  {
    name: 'the diagnosis: nothing, or a worker that does not answer',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const codes = () =>
        page.evaluate(async () => {
          const { canStore, diagnose } = await import('/dist/extras.mjs');
          if (!(await canStore(1000))) app.errors.push('no room');
          return (await diagnose(await app.ready)).map(({ code, problem, remedy }) => [
            code,
            Boolean(problem && remedy),
          ]);
        });
      const relevant = async () => (await codes()).filter(([code]) => code !== 'not-persistent');
      assert.deepEqual(await relevant(), []);
      await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.register('/app/bare.js', { scope: '/app/bare/' });
        const { installing } = registration;
        await new Promise((resolve) =>
          installing.addEventListener('statechange', () => installing.state === 'activated' && resolve()),
        );
        app.ready = Promise.resolve(registration);
      });
      assert.deepEqual(await relevant(), [['deaf-worker', true]]);
    },
  },
  {
    name: 'the diagnosis: a policy that forbids WebAssembly, before anything has begun',
    browsers: ENGINES,
    async run(t) {
      const headers = { 'Content-Security-Policy': "default-src 'self'" };
      const body = "importScripts('/dist/sw.js');";
      t.origin.files['/app/strict/sw.js'] = { body, type: 'text/javascript', headers };
      const page = await t.open();
      const [codes, message] = await page.evaluate(async () => {
        const { diagnose } = await import('/dist/extras.mjs');
        const registration = await navigator.serviceWorker.register('/app/strict/sw.js');
        const { installing } = registration;
        await new Promise((resolve) =>
          installing.addEventListener('statechange', () => installing.state === 'activated' && resolve()),
        );
        const problems = await diagnose(registration);
        const fetched = registration.backgroundFetch.fetch('film', '/file?size=1000');
        return [problems.map(({ code }) => code), await fetched.then(String, (error) => error.message)];
      });
      assert.ok(codes.includes('wasm-refused'), `${codes}`);
      // In the words of WebKit, where it refuses what was compiled.
      assert.match(message, /WebAssembly is refused|Refused to create a WebAssembly/);
    },
  },
];
