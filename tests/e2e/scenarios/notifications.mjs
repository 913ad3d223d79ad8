/** `./notifications`: what the worker shows, where the user has allowed it, and what a click on that does. */
import assert from 'node:assert/strict';
import { sleep } from '../../harness/process.mjs';
import { classic } from '../lib/classic.mjs';
import { MIB } from '../lib/context.mjs';

/** Where a driver can grant the permission: in WebKitGTK only a dialog could. What needs none runs there, too. */
const GRANTED = ['chromium', 'firefox'];
/** None that has to be loaded: Chromium would wait for that. */
const ICON = 'data:,';
/** ms: a notification changes no more often, but for what timers and the log are early or late. */
const EVERY = 9_500;

/** The app with a worker that notifies. @param {any} t @param {object} [notify] options */
async function open(t, notify = {}, permission = 'granted') {
  t.origin.files['/made/notifications.js'] = await classic(t.dist, 'notifications.mjs', 'notifications');
  // Elsewhere nobody has decided.
  if (t.browser.setPermission) await t.browser.setPermission(t.origin.url, 'notifications', permission);
  return t.open({ do: ['notifications'], query: { notify: JSON.stringify(notify) } });
}

/** What the user sees. @param {any} page @returns {Promise<{title: string, body: string, tag: string}[]>} */
const notified = (page) => page.evaluate(() => app.ask({ notified: true }));

/** Waits for one. @param {any} t @param {any} page @param {string} title @param {RegExp} body */
const until = (t, page, title, body, timeout = 15_000) =>
  t.until(
    async () => (await notified(page)).find((each) => each.title === title && body.test(each.body)),
    `a notification "${title}", ${body}`,
    timeout,
  );

/** @param {any} page @param {string} title @param {string} [action] */
const click = async (page, title, action) =>
  assert.ok(
    await page.evaluate((...args) => app.ask({ click: args[0], action: args[1] }), title, action),
    'it is there',
  );

const clicks = (t, page) => t.rows(page, { kind: 'event', type: 'backgroundfetchclick' });

export default [
  {
    name: 'what has come is told, once, and what has not',
    browsers: GRANTED,
    async run(t) {
      const page = await open(t);
      const file = t.file();
      await t.fetch(page, 'film', file, { title: 'A film', icons: [{ src: ICON }] });
      await t.expectSuccess(page, 'film', file);
      const { tag } = await until(t, page, 'A film', /^Downloaded · 100 kB$/);
      assert.ok(tag.startsWith('background-fetch-polyfill:'), tag);
      await t.fetch(page, 'missing', t.file({ status: 404 }), { title: 'Another' });
      await t.expectFailure(page, 'missing', 'bad-status');
      await until(t, page, 'Another', /^The server has refused it$/);
      const shown = await t.rows(page, { kind: 'shown' });
      assert.deepEqual(
        shown.map(({ title, icon, silent, actions }) => [title, icon, silent, actions]),
        [
          ['A film', ICON, false, ['open']],
          ['Another', undefined, false, ['open']],
        ],
      );
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'updateUI() changes it',
    browsers: GRANTED,
    async run(t) {
      const page = await open(t);
      await t.fetch(page, 'ready', t.file(), { title: 'A film' });
      await until(t, page, 'Ready to watch', /^Downloaded/);
      assert.deepEqual(
        (await notified(page)).map(({ title }) => title),
        ['Ready to watch'],
      );
    },
  },
  {
    name: 'progress is told every ten seconds, without a sound; it is paused, goes on, and says that it is over',
    browsers: GRANTED,
    timeout: 90_000,
    async run(t) {
      const page = await open(t, { when: 'progress' });
      const file = t.file({ size: 6 * MIB, rate: 250_000 });
      await t.fetch(page, 'film', file, { title: 'A film', downloadTotal: file.size });
      await until(t, page, 'A film', /of 6\.3 MB/);
      await until(t, page, 'A film', /[1-9][\d.]* MB of 6\.3 MB · .+ left/, 30_000);
      await click(page, 'A film', 'pause');
      await until(t, page, 'A film', /^Paused/, 5_000);
      const { sent } = file;
      await sleep(2_000);
      assert.ok(file.sent - sent < MIB, `${file.sent - sent} bytes more`);
      await click(page, 'A film', 'resume');
      await t.expectSuccess(page, 'film', file, { timeout: 40_000 });
      await until(t, page, 'A film', /^Downloaded · 6\.3 MB$/);
      assert.equal((await notified(page)).length, 1);
      const shown = await t.rows(page, { kind: 'shown' });
      const running = shown.filter(({ silent }) => silent);
      assert.deepEqual(running[0].actions, ['pause', 'cancel']);
      // But for what a click has changed.
      const paused = running.findIndex(({ body }) => body.startsWith('Paused'));
      const gaps = running.slice(1, paused).map(({ at }, index) => at - running[index].at);
      assert.ok(gaps.length > 0 && gaps.every((gap) => gap > EVERY), `${gaps} ms`);
      assert.deepEqual(
        shown.filter(({ silent }) => !silent).map(({ body, renotify }) => [body, renotify]),
        [['Downloaded · 6.3 MB', true]],
      );
    },
  },
  {
    name: 'what is cancelled there is aborted, and gone',
    browsers: GRANTED,
    async run(t) {
      const page = await open(t, { when: 'progress' });
      await t.fetch(page, 'film', t.file({ size: MIB, rate: 20_000 }), { title: 'A film' });
      await until(t, page, 'A film', /./);
      await click(page, 'A film', 'cancel');
      await t.expectFailure(page, 'film', 'aborted');
      await t.until(async () => (await notified(page)).length === 0, 'no notification');
    },
  },
  {
    name: 'a click is an event with the fetch: while it comes, when it has come, and in another life of the worker',
    browsers: GRANTED,
    timeout: 90_000,
    async run(t) {
      const page = await open(t, { when: 'progress' });
      // On a busy machine, seconds may pass until the click.
      const file = t.file({ size: MIB, rate: 100_000 });
      await t.fetch(page, 'film', file, { title: 'A film' });
      await until(t, page, 'A film', /./);
      await click(page, 'A film');
      // Its handler reads the body, and so is done when that has come.
      const began = { kind: 'begin', type: 'backgroundfetchclick' };
      await t.until(async () => (await t.rows(page, began)).length === 1, 'an event');
      await until(t, page, 'A film', /^Downloaded/, 60_000);
      // Before the event is over, the next worker would have it again, and show its notification once more.
      await t.expectNothingLeft(page);
      await t.browser.killWorker(page);
      await click(page, 'A film', 'open');
      await t.until(async () => (await clicks(t, page)).length === 2, 'another event');
      const [first, second] = await clicks(t, page);
      assert.deepEqual([first.id, first.result, first.recordsAvailable], ['film', '', true]);
      assert.deepEqual([second.id, second.result, second.recordsAvailable], ['film', 'success', false]);
      assert.deepEqual([first.constructor, second.constructor], Array(2).fill('BackgroundFetchEvent'));
      assert.equal(second.downloaded, file.size);
      assert.deepEqual(await t.rows(page, { kind: 'went' }), [], 'the handler has taken it');
      await t.until(async () => (await notified(page)).length === 0, 'it goes with the click');
    },
  },
  {
    name: 'a click that nobody takes leads to the app',
    browsers: GRANTED,
    async run(t) {
      const page = await open(t, { url: 'downloads.html' });
      await t.fetch(page, 'left', t.file(), { title: 'A film' });
      await until(t, page, 'A film', /^Downloaded/);
      await click(page, 'A film');
      const [row] = await t.until(async () => {
        const rows = await t.rows(page, { kind: 'went' });
        return rows.length > 0 && rows;
      }, 'it opens a page');
      assert.equal(row.url, `${t.origin.url}/app/downloads.html`);
      assert.equal((await t.rows(page, { kind: 'clicked', id: 'left' })).length, 1, 'the event came first');
    },
  },
  {
    name: "the browser's own is shown by the browser, unless the app wants its end shown, too",
    browsers: ['chromium-native'],
    async run(t) {
      for (const [native, expected] of /** @type {const} */ ([
        [false, []],
        [true, [['film', 'Downloaded · 100 kB']]],
      ])) {
        const page = await open(t, { when: 'progress', native });
        const file = t.file();
        await t.fetch(page, 'film', file, { title: 'A film' });
        await t.until(
          async () => (await t.rows(page, { kind: 'event', id: 'film' })).length === (native ? 2 : 1),
          'its end',
        );
        await t.until(async () => (await notified(page)).length === expected.length, 'what is shown');
        const shown = await t.rows(page, { kind: 'shown' });
        assert.deepEqual(
          shown.map(({ title, body }) => [title, body]),
          expected,
        );
      }
    },
  },
  {
    name: "the app's own notifications are left alone",
    browsers: GRANTED,
    async run(t) {
      const page = await open(t);
      await page.evaluate(async () =>
        (await app.ready).showNotification('News', { tag: 'news', data: { id: 'film' } }),
      );
      await t.until(async () => (await notified(page)).length === 1, 'it is there');
      await click(page, 'News');
      await t.until(
        async () => (await t.rows(page, { kind: 'own click', tag: 'news' })).length === 1,
        'its own handler',
      );
      await t.fetch(page, 'film', t.file(), { title: 'A film' });
      await until(t, page, 'A film', /^Downloaded/);
      await click(page, 'A film');
      await t.until(async () => (await clicks(t, page)).length === 1, 'an event');
      assert.equal((await t.rows(page, { kind: 'own click' })).length, 1);
      assert.ok((await notified(page)).some(({ title }) => title === 'News'));
    },
  },
  {
    name: 'nobody is asked, and nothing shown, where the user has not allowed it',
    async run(t) {
      const page = await open(t, { when: 'progress' }, 'denied');
      await page.evaluate(() => {
        Notification.requestPermission = () => app.errors.push('asked');
      });
      const file = t.file({ size: MIB, rate: 500_000 });
      await t.fetch(page, 'film', file, { title: 'A film' });
      await t.expectSuccess(page, 'film', file);
      assert.deepEqual(await t.rows(page, { kind: 'shown' }), []);
      await t.expectNothingLeft(page);
    },
  },
];
