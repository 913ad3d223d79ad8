/** The elements: `./downloads`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { read } from '../../docs/blocks.mjs';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { button, click, describe, expectAccessible, film, list, open, TITLE, untilState } from '../lib/downloads.mjs';
import { bundled } from '../lib/guide.mjs';

const ALL = [...ENGINES, 'chromium-native'];

/** Those that are told to editors. @param {string} tag */
function partsOf(tag) {
  const { modules } = JSON.parse(readFileSync(fromRoot('custom-elements.json'), 'utf8'));
  const found = modules[0].declarations.find(({ tagName }) => tagName === tag);
  return found.cssParts.map(({ name }) => name).sort();
}

/** @type {import('../lib/scenarios.mjs').Scenario[]} */
export default [
  {
    name: 'a button gets a film, pauses it, goes on, and removes it',
    browsers: ENGINES,
    async run(t) {
      const file = t.file({ size: 2 * MIB, rate: 300_000 });
      const page = await open(t, { film: film(file) });
      await untilState(t, page, 'none');
      assert.deepEqual((await button(page)).buttons, [[`Download ${TITLE}`, true]]);
      assert.deepEqual([await list(page), (await page.evaluate(() => elements.listed())).empty], [[], true]);
      await click(page, `Download ${TITLE}`);
      await untilState(t, page, 'running');
      const comes = async () =>
        ((await button(page)).progress?.[1] ?? 0) > 0.1 && / left$/.test((await button(page)).text);
      await t.until(comes, 'its progress is seen', 20_000);
      const { buttons, text, progress, live } = await button(page);
      assert.deepEqual(buttons, [
        [`Pause ${TITLE}`, true],
        [`Cancel ${TITLE}`, true],
      ]);
      assert.match(text, /^[\d.]+ [kM]B of 2\.1 MB · [\d.]+ [kM]B\/s · \d+ sec left$/);
      assert.equal(progress[0], TITLE);
      assert.equal(live, `${TITLE}: Downloading`);
      await click(page, `Pause ${TITLE}`);
      await untilState(t, page, 'paused');
      assert.deepEqual((await button(page)).buttons[0], [`Resume ${TITLE}`, true]);
      assert.match((await button(page)).text, /^Paused · [\d.]+ [kM]B of 2\.1 MB$/);
      assert.equal((await button(page)).live, `${TITLE}: Paused`);
      await click(page, `Resume ${TITLE}`);
      await untilState(t, page, 'done', 40_000);
      const done = [`${TITLE}: Downloaded`, false];
      assert.deepEqual((await button(page)).buttons, [done, [`Remove ${TITLE}`, true]]);
      const isKept = async () => (await list(page))[0]?.text === 'Downloaded · 2.1 MB';
      await t.until(isKept, 'the list has it');
      await page.reload();
      await page.waitFor(() => Boolean(globalThis.elements));
      await describe(page, { film: film(file) });
      await untilState(t, page, 'done');
      await click(page, `Remove ${TITLE}`);
      await untilState(t, page, 'none');
      assert.deepEqual(await list(page), []);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: "in an app that uses the browser's own API alone",
    browsers: ['chromium-native'],
    async run(t) {
      const file = t.file({ size: MIB, rate: 200_000 });
      const page = await open(t, { film: film(file) });
      assert.equal(await page.evaluate(() => /\[native code\]/.test(String(BackgroundFetchManager))), true);
      await untilState(t, page, 'none');
      await click(page, `Download ${TITLE}`);
      await untilState(t, page, 'running');
      // It cannot be paused.
      assert.deepEqual((await button(page)).buttons, [[`Cancel ${TITLE}`, true]]);
      await t.until(async () => ((await list(page))[0]?.progress?.[1] ?? 0) > 0.1, 'its progress is seen', 20_000);
      await click(page, `Cancel ${TITLE}`);
      await untilState(t, page, 'none');
      await describe(page, { film: film(t.file({ size: 100_000 })) });
      await click(page, `Download ${TITLE}`);
      await untilState(t, page, 'done');
      await t.until(async () => (await list(page)).some(({ state }) => state === 'done'), 'the list has it', 20_000);
      await t.until(async () => (await t.rows(page, { kind: 'kept', id: 'film' })).length > 0, 'it is kept', 20_000);
      await click(page, `Remove ${TITLE}`, 'background-fetch-downloads');
      await untilState(t, page, 'none');
      assert.deepEqual(await list(page), []);
    },
  },
  {
    name: 'what it waits for, why it has failed, and another try',
    browsers: ENGINES,
    async run(t) {
      // Of an origin of its own: all of it is left alone.
      const file = t.file({ size: 50_000, status: 503, retryAfter: 7200, cors: 1, expose: 1 }, await t.startOrigin());
      const page = await open(t, { film: film(file) });
      await untilState(t, page, 'none');
      await click(page, `Download ${TITLE}`);
      await untilState(t, page, 'waiting');
      const { text, progress } = await button(page);
      assert.match(text, /^Waiting for the server until \d?\d:\d\d [AP]M/);
      assert.equal(progress?.[1], 0, 'the total is known');
      await expectAccessible(page, 'waiting');
      await click(page, `Cancel ${TITLE}`);
      await untilState(t, page, 'none');
      // What it has not said of the other.
      await describe(page, { film: { ...film(t.file({ status: 404 })), downloadTotal: 0 } });
      await click(page, `Download ${TITLE}`);
      await untilState(t, page, 'failed');
      assert.equal((await button(page)).text, 'The server has refused it');
      assert.deepEqual((await button(page)).buttons, [
        [`Try again: ${TITLE}`, true],
        [`Remove ${TITLE}`, true],
      ]);
      await expectAccessible(page, 'failed');
      const unknown = t.file({ size: MIB, rate: 200_000, chunked: 1 });
      await describe(page, { film: { title: TITLE, requests: [unknown.url] } });
      await click(page, `Try again: ${TITLE}`);
      await untilState(t, page, 'running');
      assert.deepEqual((await button(page)).progress, [TITLE, null], 'nobody knows how much there is');
      const moving = await page.evaluate(() => elements.moving());
      assert.ok(moving.includes('turn') && moving.includes('slide'), `it moves: ${moving}`);
      await expectAccessible(page, 'running');
      await untilState(t, page, 'done', 40_000);
      await expectAccessible(page, 'done');
    },
  },
  {
    name: 'by the keyboard alone, and the focus stays',
    browsers: ENGINES,
    async run(t) {
      const files = ['one', 'two'].map((id) => [id, t.file({ size: 10_000 })]);
      const slow = t.file({ size: 4 * MIB, rate: 200_000 });
      const page = await open(t, {
        film: film(slow),
        ...Object.fromEntries(files.map(([id]) => [id, { title: id }])),
      });
      for (const [id, file] of files) {
        await t.fetch(page, id, file);
        await t.until(async () => (await t.rows(page, { kind: 'kept', id })).length > 0, `${id} is kept`, 20_000);
      }
      await untilState(t, page, 'none');
      await t.until(async () => (await list(page)).length === 2, 'both are listed', 20_000);
      const focused = () => page.evaluate(() => elements.focused());
      const tabTo = async (name) => {
        for (let presses = 0; presses < 12; presses += 1) {
          if ((await focused()) === name) return;
          await page.press('Tab');
        }
        assert.equal(await focused(), name, 'it can be reached');
      };
      await tabTo(`Download ${TITLE}`);
      await page.press('Enter');
      await untilState(t, page, 'running');
      assert.equal(await focused(), `Pause ${TITLE}`);
      await page.press(' ');
      await untilState(t, page, 'paused');
      assert.equal(await focused(), `Resume ${TITLE}`);
      await page.press('Tab');
      assert.equal(await focused(), `Cancel ${TITLE}`);
      await page.press('Enter');
      await untilState(t, page, 'none');
      assert.equal(await focused(), `Download ${TITLE}`, 'in the place of what is gone');
      await t.until(async () => (await list(page)).length === 2, 'the others are left', 20_000);
      const [first, second] = (await list(page)).map(({ title }) => title);
      await tabTo(`Remove ${first}`);
      await page.press('Enter');
      await t.until(async () => (await list(page)).length === 1, 'the first is gone', 20_000);
      assert.equal(await focused(), `${second}: Downloaded`, 'what has taken its place');
      assert.equal((await page.evaluate(() => elements.listed())).live, `${first}: Removed`);
      await page.press('Tab');
      await page.press('Enter');
      await t.until(async () => (await list(page)).length === 0, 'the second is gone', 20_000);
      assert.equal(await focused(), 'No downloads');
      await expectAccessible(page, 'empty');
    },
  },
  {
    name: 'what the app prevents is its own affair',
    browsers: ALL,
    async run(t) {
      const file = t.file({ size: MIB, rate: 100_000 });
      const page = await open(t, { film: film(file) });
      await untilState(t, page, 'none');
      await page.evaluate(() => void elements.prevented.add('get').add('cancel'));
      await click(page, `Download ${TITLE}`);
      await t.fetch(page, 'film', file, { title: TITLE });
      await untilState(t, page, 'running');
      await click(page, `Cancel ${TITLE}`, 'background-fetch-downloads');
      assert.equal(await page.evaluate(() => app.state('film').result), '');
      assert.deepEqual(await page.evaluate(() => elements.events), [
        ['get', 'film'],
        ['cancel', 'film'],
      ]);
      await page.evaluate(() => void elements.prevented.clear());
      await click(page, `Cancel ${TITLE}`, 'background-fetch-downloads');
      await untilState(t, page, 'none');
      assert.equal(await page.evaluate(() => app.state('film').failureReason), 'aborted');
    },
  },
  {
    name: 'in the words and numbers of the page, from right to left, and what CSS can see of it',
    browsers: ENGINES,
    async run(t) {
      const file = t.file({ size: 3 * MIB, rate: 200_000 });
      const page = await open(t, { film: { ...film(file), title: 'Die Nachtfähre' } });
      await untilState(t, page, 'none');
      await page.evaluate(() => {
        Object.assign(document.documentElement, { lang: 'de', dir: 'rtl' });
        const strings = {
          get: '{title} laden',
          amount: '{done} von {total}',
          left: 'noch {time}',
          pause: '{title} anhalten',
        };
        for (const each of document.querySelectorAll('background-fetch-button, background-fetch-downloads')) {
          each.strings = strings;
        }
      });
      await click(page, 'Die Nachtfähre laden');
      await untilState(t, page, 'running');
      await t.until(async () => /noch/.test((await list(page))[0]?.text), 'its progress is seen', 20_000);
      // How fast it is on a busy machine is another matter.
      const line = /^[\d,]+ (Byte|[kM]?B) von 3,1 MB · [\d,]+ (Byte|[kM]?B)\/s · noch \d+ (Sek|Min)\.$/;
      assert.match((await list(page))[0].text, line);
      assert.deepEqual((await list(page))[0].buttons[0], ['Die Nachtfähre anhalten', true]);
      assert.equal((await list(page))[0].buttons[1][0], 'Cancel Die Nachtfähre', 'what is not said is in English');
      const seen = await page.evaluate(() => {
        const [one, all] = document.querySelectorAll('background-fetch-button, background-fetch-downloads');
        let hasState = null;
        try {
          hasState = one.matches(':state(running)');
        } catch {
          // No such selector here.
        }
        const partsOf = ({ shadowRoot }) =>
          [...shadowRoot.querySelectorAll('[part]')].flatMap((each) => [...each.part.values()]);
        const parts = [partsOf(one), partsOf(all)];
        const { left: barLeft } = all.shadowRoot.querySelector('.body').getBoundingClientRect();
        const { left: actionsLeft } = all.shadowRoot.querySelector('.actions').getBoundingClientRect();
        const styles =
          all.shadowRoot.querySelectorAll('style').length + all.shadowRoot.querySelectorAll('[style]').length;
        return {
          hasState,
          host: [one.dataset.state, all.dataset.state],
          parts,
          mirrored: actionsLeft < barLeft,
          styles,
        };
      });
      assert.notEqual(seen.hasState, false);
      assert.deepEqual(seen.host, ['running', 'active']);
      // Beside them are states, which of the two buttons it is, and what that does.
      const others = ['running', 'main', 'second', 'pause', 'cancel'];
      for (const [index, tag] of ['background-fetch-button', 'background-fetch-downloads'].entries()) {
        const found = [...new Set(seen.parts[index])].filter((part) => !others.includes(part));
        assert.deepEqual(found.sort(), partsOf(tag), tag);
        assert.deepEqual(
          others.filter((part) => !seen.parts[index].includes(part)),
          [],
        );
      }
      assert.deepEqual([seen.mirrored, seen.styles], [true, 0]);
      const outside = await page.evaluate(() => {
        document.body.style.cssText = 'inline-size: 320px; margin: 0';
        const { left, right } = document.body.getBoundingClientRect();
        const all = [...document.querySelectorAll('background-fetch-button, background-fetch-downloads')];
        return all
          .flatMap(({ shadowRoot }) => [...shadowRoot.querySelectorAll('button, p, a, progress:not(.button progress)')])
          .map((each) => [each.className, each.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && (box.left < left - 1 || box.right > right + 1))
          .map(([name]) => name);
      });
      assert.deepEqual(outside, [], 'in 320 px');
      await expectAccessible(page, 'from right to left');
    },
  },
  {
    name: 'colours and sizes that the page has under names of its own',
    browsers: ENGINES,
    async run(t) {
      const page = await open(t);
      const seen = await page.evaluate(() => {
        const host = document.querySelector('background-fetch-button');
        const own = { accent: 'rgb(1, 2, 3)', track: 'rgb(4, 5, 6)', size: '64px' };
        for (const [name, value] of Object.entries(own)) {
          document.documentElement.style.setProperty(`--${name}`, value);
          host.style.setProperty(`--background-fetch-${name}`, `var(--${name})`);
        }
        const [track, value] = host.shadowRoot.querySelectorAll('circle');
        const { inlineSize } = getComputedStyle(host.shadowRoot.querySelector('button'));
        return [getComputedStyle(value), getComputedStyle(track)].map(({ stroke }) => stroke).concat(inlineSize);
      });
      assert.deepEqual(seen, ['rgb(1, 2, 3)', 'rgb(4, 5, 6)', '64px']);
    },
  },
  {
    name: 'without motion, and in the colours that the user has chosen',
    // Those who can be told so.
    browsers: ['firefox'],
    launch: { prefs: { 'ui.prefersReducedMotion': 1, 'browser.display.document_color_use': 2 } },
    async run(t) {
      const unknown = t.file({ size: MIB, rate: 100_000, chunked: 1 });
      const page = await open(t, { film: { title: TITLE, requests: [unknown.url] } });
      await untilState(t, page, 'none');
      await click(page, `Download ${TITLE}`);
      await untilState(t, page, 'running');
      await t.until(async () => (await list(page)).length === 1, 'the list has it');
      const seen = await page.evaluate(() => {
        const progress = document.querySelector('background-fetch-downloads').shadowRoot.querySelector('progress');
        const { color, backgroundColor, borderTopStyle } = getComputedStyle(progress);
        return {
          media: ['(prefers-reduced-motion: reduce)', '(forced-colors: active)'].map(
            (each) => matchMedia(each).matches,
          ),
          moving: elements.moving(),
          isSeen: color !== backgroundColor && borderTopStyle === 'solid',
        };
      });
      assert.deepEqual(seen, { media: [true, true], moving: [], isSeen: true });
      await expectAccessible(page, 'in forced colours');
    },
  },
  {
    name: 'the guide does what it says',
    browsers: ALL,
    async run(t) {
      const [, html] = /```html\n([\s\S]*?)```/.exec(read('docs/guides/elements.md')) ?? [];
      const [page, worker] = await Promise.all(['page', 'worker'].map((realm) => bundled(t.dist, 'elements', realm)));
      const files = {
        '/': {
          body: `<!doctype html><html lang="en">${html}<script type="module" src="/app.js"></script>`,
          type: 'text/html',
        },
        '/app.js': `await navigator.serviceWorker.register('/sw.js');\n${page}`,
        '/sw.js': worker,
        '/offline.mjs': readFileSync(join(t.dist, 'offline.mjs'), 'utf8'),
        '/films/ferry.mp4': Buffer.alloc(MIB, 'The Night Ferry. '),
      };
      const origin = await t.startOrigin({ files });
      const app = await t.openPage(`${origin.url}/`, true);
      const state = (wanted) =>
        app.waitFor((name) => document.querySelector(`background-fetch-button[data-state=${name}]`) !== null, {
          timeout: 60_000,
          args: [wanted],
        });
      await state('none');
      await click(app, `Download ${TITLE}`);
      await state('done');
      // What is whole is not kept yet, and would come back after it was removed.
      // A page in WebKit that is not controlled may find no library; natively, what is over is still being copied.
      const isKept = async () => (await (await import('/offline.mjs')).list()).length > 0;
      const isOver = async () => !(await (await navigator.serviceWorker.ready).backgroundFetch.get('ferry'));
      await app.waitFor(t.isNative ? isKept : isOver);
      const link = () => document.querySelector('background-fetch-downloads').shadowRoot.querySelector('a')?.hash;
      assert.equal(await app.evaluate(link), '#ferry');
      const answer = (isSo) => app.evaluate((value) => void (globalThis.confirm = () => value), isSo);
      await answer(false);
      await click(app, `Remove ${TITLE}`);
      await state('done');
      await answer(true);
      await click(app, `Remove ${TITLE}`);
      await state('none');
      assert.ok(await app.evaluate(() => customElements.get('film-button') !== undefined));
      await app.evaluate(async () => {
        for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
      });
      await t.close(app);
    },
  },
];
