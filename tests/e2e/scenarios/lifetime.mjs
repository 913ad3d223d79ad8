/** Workers, pages and browsers come and go; the download goes on. */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB } from '../lib/context.mjs';
import { atMost, checkSent, sentUpTo } from '../lib/measure.mjs';
import { OVER_BOTH } from '../lib/protocols.mjs';

/** A death costs what each of four connections has not stored, a MiB or so. */
const LONG = { size: 36 * MIB, rate: 4e6 };

/** A file on a link of so many bytes a second, which all connections share. */
function onLink(t, size, rate) {
  t.origin.setThrottle(rate);
  return t.file({ size });
}

export default [
  {
    name: 'the worker is killed 3 times in 48 MiB at 8 MB/s',
    ...OVER_BOTH,
    timeout: 90_000,
    async run(t) {
      const page = await t.open();
      const file = onLink(t, 48 * MIB, 8e6);
      await t.fetch(page, 'killed', file);
      for (const part of [0.25, 0.5, 0.75]) {
        await sentUpTo(t, file, part);
        await t.browser.killWorker(page);
      }
      await t.expectSuccess(page, 'killed', file, { timeout: 60_000 });
      // Each worker finds out anew that several connections bring no more; what they have on their way is lost with it:
      // four times a MiB or so, three times.
      checkSent(file, 1.4);
      assert.equal((await page.evaluate(() => app.state('killed'))).result, 'success', 'the page has seen it through');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'the browser is killed in 48 MiB at 8 MB/s',
    ...OVER_BOTH,
    nativeDiffers: 'it starts again from the beginning',
    timeout: 90_000,
    async run(t) {
      const page = await t.open();
      const file = onLink(t, 48 * MIB, 8e6);
      await t.fetch(page, 'killed', file);
      await sentUpTo(t, file, 0.4);
      await t.relaunch();
      const again = await t.open();
      await t.expectSuccess(again, 'killed', file, { timeout: 60_000 });
      checkSent(file);
      await t.expectNothingLeft(again);
    },
  },
  {
    name: 'the worker is killed in 100 small files',
    ...OVER_BOTH,
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      const page = await t.open();
      const files = Array.from({ length: 100 }, () => t.file({ size: 20_000, delay: 40 }));
      await t.fetch(page, 'small', files);
      const done = (count) =>
        t.until(() => files.filter(({ sent }) => sent > 0).length >= count, `${count} files`, 25_000);
      for (const count of [20, 50, 80]) {
        await done(count);
        await t.browser.killWorker(page);
      }
      await t.expectSuccess(page, 'small', files, { timeout: 30_000 });
      const more = files.reduce((sum, { requests }) => sum + requests.length - 1, 0);
      // Those in flight, and those of which nobody knew yet that they were stored.
      assert.ok(more <= 50, `${more} requests more than files`);
      const times = files.flatMap(({ requests }) => requests.map(({ at }) => at)).sort((a, b) => a - b);
      const pause = Math.max(...times.slice(1).map((at, index) => at - times[index]));
      atMost(pause, 4_000, 'ms in which nothing was asked for');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'the worker is killed right after fetch() has resolved',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: MIB });
      await t.fetch(page, 'at once', file);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'at once', file);
    },
  },
  {
    name: 'the worker is killed with two fetches, one of a slow server',
    async run(t) {
      const page = await t.open();
      const [file, late] = [t.file({ size: 4 * MIB, rate: 2e6 }), t.file({ delay: 1_500 })];
      await t.fetch(page, 'one', file);
      await t.fetch(page, 'other', late);
      await sentUpTo(t, file, 0.3);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'one', file);
      await t.expectSuccess(page, 'other', late);
    },
  },
  {
    name: 'a page keeps its registration through the worker’s death',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 8 * MIB, rate: 2e6 });
      await t.fetch(page, 'kept', file);
      await sentUpTo(t, file, 0.4);
      await t.browser.killWorker(page);
      const before = await page.evaluate(() => app.state('kept').downloaded);
      await t.until(
        () => page.evaluate((bytes) => app.state('kept').downloaded > bytes, before),
        'progress after the death',
      );
      assert.equal(
        await page.evaluate(
          async () =>
            (await (await app.manager()).get('kept')) === app.fetches.kept || navigator.userAgentData !== undefined,
        ),
        true,
      );
      await t.expectSuccess(page, 'kept', file);
    },
  },
  {
    name: 'the page is loaded anew',
    async run(t) {
      const page = await t.open();
      const file = t.file(LONG);
      await t.fetch(page, 'reloaded', file);
      for (const part of [0.25, 0.5]) {
        await sentUpTo(t, file, part);
        await page.reload();
        assert.deepEqual(await page.evaluate(() => app.adopt()), ['reloaded']);
      }
      await t.until(
        () => page.evaluate(() => app.state('reloaded').result === 'success'),
        'the new page is told',
        20_000,
      );
      await t.expectSuccess(page, 'reloaded', file);
      checkSent(file);
    },
  },
  {
    name: 'the page is closed, and another opened',
    async run(t) {
      const page = await t.open();
      const file = t.file(LONG);
      await t.fetch(page, 'closed', file);
      await sentUpTo(t, file, 0.3);
      await t.close(page);
      await sleep(1_000);
      const other = await t.open();
      await t.expectSuccess(other, 'closed', file);
      checkSent(file);
    },
  },
  {
    name: 'the page is closed, the worker dies, and a page is opened',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      const bystander = await t.openPage(`${t.origin.url}/app/log.js`, true);
      const file = t.file(LONG);
      await t.fetch(page, 'closed', file);
      await sentUpTo(t, file, 0.3);
      await t.close(page);
      await t.browser.killWorker(bystander);
      await t.close(bystander);
      // As long as nobody is there, nothing is done; but natively it is.
      await sleep(500);
      // Opening is enough: the page does not ask for its fetches.
      const other = await t.open();
      await t.expectSuccess(other, 'closed', file);
      checkSent(file);
    },
  },
  {
    name: 'the worker dies, and a page that it does not control is opened',
    async run(t) {
      const scope = '/app/elsewhere/';
      const page = await t.open({ scope });
      const file = t.file(LONG);
      await t.fetch(page, 'uncontrolled', file);
      await sentUpTo(t, file, 0.3);
      await t.browser.killWorker(page);
      await t.close(page);
      const other = await t.open({ scope, registers: false });
      await t.expectSuccess(other, 'uncontrolled', file);
      checkSent(file);
    },
  },
  {
    name: 'by a module worker, killed',
    async run(t) {
      const page = await t.open({ type: 'module' });
      const file = t.file(LONG);
      await t.fetch(page, 'module', file);
      await sentUpTo(t, file, 0.4);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'module', file);
      checkSent(file);
    },
  },
  {
    name: 'from inside the worker',
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      const file = t.file({ size: 2 * MIB, rate: 2e6 });
      await t.underWay(async () => {
        const state = await page.evaluate((url) => app.ask({ call: 'fetch', id: 'inside', url }), file.url);
        assert.deepEqual([state.id, state.result], ['inside', '']);
        assert.deepEqual(await page.evaluate(() => app.ask({ call: 'getIds' })), ['inside']);
        assert.deepEqual(await page.evaluate(() => app.adopt()), ['inside']);
      });
      await t.expectSuccess(page, 'inside', file);
      await t.until(() => page.evaluate(() => app.state('inside').result === 'success'), 'the page is told');
      assert.equal(await page.evaluate(() => app.ask({ call: 'get', id: 'inside' })), 'undefined');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'from inside the worker, aborted there',
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      await page.evaluate((url) => app.ask({ call: 'fetch', id: 'inside', url }), t.file({ rate: 10_000 }).url);
      assert.equal(await page.evaluate(() => app.ask({ call: 'abort', id: 'inside' })), true);
      await t.expectFailure(page, 'inside', 'aborted');
    },
  },
  {
    name: 'from inside the worker, which is killed: an open page has it go on',
    ...OVER_BOTH,
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      const file = t.file({ size: 8 * MIB, rate: 3e6 });
      await page.evaluate((url) => app.ask({ call: 'fetch', id: 'inside', url }), file.url);
      await sentUpTo(t, file, 0.4);
      await t.browser.killWorker(page);
      await t.expectSuccess(page, 'inside', file);
      checkSent(file, 1.3);
    },
  },
  {
    name: 'Firefox with worker idle time-outs of 3 s: 40 MiB at 6 MB/s',
    browsers: ['firefox'],
    launch: { workerIdleSeconds: 3 },
    timeout: 160_000,
    async run(t) {
      const page = await t.open();
      const file = onLink(t, 40 * MIB, 6e6);
      await t.fetch(page, 'idle', file);
      await t.expectSuccess(page, 'idle', file, { timeout: 150_000 });
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a worker that is killed while it deletes leaves nothing behind',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ before: ['stuck-delete'] });
      const file = t.file({ size: 3 * MIB });
      await t.fetch(page, 'file', file);
      await t.expectSuccess(page, 'file', file);
      await t.until(async () => (await t.rows(page, { kind: 'deletes' })).length, 'it deletes');
      await page.evaluate(() => log.add({ kind: 'may-delete' }));
      await t.browser.killWorker(page);
      await page.reload();
      await t.expectNothingLeft(page);
      assert.equal((await t.rows(page, { kind: 'event' })).length, 1, 'events');
    },
  },
  {
    name: 'a worker start with no unfinished work loads no wasm',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open({ before: ['count-wasm'] });
      const made = () => page.evaluate(() => app.ask('made'));
      assert.equal(await made(), 0, 'after its installation');
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), []);
      assert.equal(await made(), 0, 'when asked for ids');
      const file = t.file();
      await t.fetch(page, 'work', file);
      await t.expectSuccess(page, 'work', file);
      assert.ok((await made()) > 0, 'for work');
      await t.expectNothingLeft(page);
      await t.browser.killWorker(page);
      assert.equal(await made(), 0, 'after the work, in a new run');
      await page.reload();
      await page.evaluate(() => app.ready.then(() => null));
      assert.equal(await made(), 0, 'when the page is opened');
    },
  },
  {
    name: 'WebAssembly of the app’s own that traps leaves the engine alone',
    browsers: ENGINES,
    async run(t) {
      t.mayReport = /unreachable/i;
      const page = await t.open({ before: ['count-wasm'], do: ['own-trap'] });
      const made = () => page.evaluate(() => app.ask('made'));
      const file = t.file({ size: 4 * MIB, rate: 1e6 });
      await t.fetch(page, 'goes on', file);
      await sentUpTo(t, file, 0.2);
      const [before, requests] = [await made(), file.requests.length];
      await page.evaluate(() => app.ask('trap'));
      await t.expectSuccess(page, 'goes on', file);
      // What the app has instantiated itself.
      assert.equal(await made(), before + 1);
      assert.equal(file.requests.length, requests);
    },
  },
  {
    name: 'without work no lock is held and none waited for',
    browsers: ENGINES,
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'work', file);
      await t.expectSuccess(page, 'work', file);
      await t.expectNothingLeft(page);
      await t.browser.killWorker(page);
      const locks = await t.until(
        () =>
          page.evaluate(async () => {
            const { held, pending } = await navigator.locks.query();
            return held.length + pending.length === 0;
          }),
        'no locks',
        3_000,
      );
      assert.equal(locks, true);
    },
  },
  {
    name: 'the page is frozen, and comes back',
    ...OVER_BOTH,
    // The others cannot be told to freeze a page.
    browsers: ['chromium'],
    timeout: 60_000,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 8 * MIB, rate: 1e6 });
      await t.fetch(page, 'frozen', file);
      await sentUpTo(t, file, 0.2);
      const cdp = await page.target.createCDPSession();
      await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
      await sleep(4_000);
      await cdp.send('Page.setWebLifecycleState', { state: 'active' });
      await t.expectSuccess(page, 'frozen', file, { timeout: 40_000 });
      checkSent(file);
      await t.until(() => page.evaluate(() => app.state('frozen').result === 'success'), 'the page is told');
      await t.expectNothingLeft(page);
    },
  },
];
