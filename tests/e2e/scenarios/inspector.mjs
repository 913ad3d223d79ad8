/** The page that draws what `inspect()` tells: `www/inspect`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { expectAccessible } from '../lib/downloads.mjs';
import { open, serveInspector } from '../lib/inspect.mjs';

/** The app, and the inspector beside it. */
async function openBoth(t) {
  t.origin.files['/made/axe.js'] = readFileSync(fromRoot('node_modules', 'axe-core', 'axe.min.js'), 'utf8');
  serveInspector(t);
  const page = await open(t);
  const inspector = await t.openPage(`${t.origin.url}/inspect/index.html?scope=/app/`, true);
  await inspector.waitFor(() => Boolean(document.documentElement.dataset.looked));
  return { page, inspector };
}

/** What is seen. */
const look = (inspector) =>
  inspector.evaluate(() => {
    const texts = (selector) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
    const isShown = (id) => !document.getElementById(id).hidden;
    return {
      summary: document.getElementById('summary').textContent,
      isEmpty: isShown('none'),
      problem: document.getElementById('problem').textContent,
      unwatched: isShown('unwatched'),
      servers: texts('.servers li'),
      fetches: texts('article h3'),
      facts: texts('article > .facts'),
      held: texts('article > .held'),
      strips: [...document.querySelectorAll('.strip')].map((strip) => [
        strip.getAttribute('aria-label'),
        strip.querySelectorAll('.stored').length,
        strip.querySelectorAll('.coming').length,
      ]),
      lanes: [...document.querySelectorAll('.lane')].map((lane) => lane.getAttribute('aria-label')),
      events: [...document.querySelectorAll('tbody tr')].map(({ cells }) => cells[1].textContent),
    };
  });

/** In pixels: nothing is wider than the page. */
const expectFits = async (inspector, width) => {
  const outside = await inspector.evaluate((given) => {
    document.body.style.inlineSize = `${given}px`;
    const { right } = document.body.getBoundingClientRect();
    return [...document.querySelectorAll('body *')]
      .filter((each) => !each.closest('.scroll') && each.getBoundingClientRect().right > right + 1)
      .map(({ tagName, className }) => `${tagName}.${className}`);
  }, width);
  assert.deepEqual(outside, [], `in ${width} px`);
};

/** @type {import('../lib/scenarios.mjs').Scenario[]} */
export default [
  {
    name: 'draws what is stored, what is on its way, and who is left alone, as it goes on',
    browsers: ENGINES,
    timeout: 90_000,
    async run(t) {
      const { page, inspector } = await openBoth(t);
      assert.deepEqual([(await look(inspector)).isEmpty, (await look(inspector)).problem], [true, '']);
      const file = t.file({ size: 16 * MIB, rate: 400_000 });
      const held = await t.startOrigin();
      const later = t.file({ size: 50_000, status: 503, retryAfter: 300, cors: 1, expose: 1 }, held);
      await t.fetch(page, 'film', file, { title: 'A film', downloadTotal: file.size });
      await t.fetch(page, 'later', later);
      const seen = await t.until(
        async () => {
          const found = await look(inspector);
          return found.lanes.length > 1 && found.strips[0]?.[1] > 1 && found.held.length > 0 && found;
        },
        'several lanes, and one that waits',
        40_000,
      );
      assert.deepEqual([seen.fetches, seen.isEmpty, seen.unwatched], [['A film', 'later'], false, false]);
      assert.match(seen.facts[0], /^running · [\d.]+ [kM]B of 16\.8 MB · 0 of 1 request settled$/);
      assert.match(seen.facts[1], /^waits for its server · /);
      assert.match(seen.held[0], /^goes on in [34]:\d\d$/);
      assert.match(seen.strips[0][0], /^\d+ % stored, \d connections$/);
      assert.equal(seen.strips[0][2], seen.lanes.length);
      assert.match(seen.lanes[0], /^Connection \d+: 0 B to [\d.]+ MB, 20[06]$/);
      assert.match(seen.servers.join('\n'), /connections, sends parts/);
      assert.match(seen.servers.join('\n'), /left alone for [34]:\d\d/);
      assert.match(seen.summary, /^2 fetches, \d connections, engine 1$/);
      assert.ok(seen.events.includes('answered') && seen.events.at(-1) === 'started', seen.events.join());
      await expectAccessible(inspector, 'with downloads');
      await expectFits(inspector, 320);
      await t.until(async () => (await look(inspector)).held[0] < seen.held[0], 'the time goes on');

      await inspector.evaluate(() => document.getElementById('look').click());
      assert.equal(
        await inspector.evaluate(() => document.getElementById('look').getAttribute('aria-pressed')),
        'false',
      );
      await inspector.evaluate(() => document.getElementById('look').click());
      for (const id of ['film', 'later']) await page.evaluate((which) => app.abort(which), id);
      await t.until(async () => (await look(inspector)).isEmpty, 'nothing is left');
      await t.close(inspector);
    },
  },
  {
    name: 'in the dark',
    // Those who can be told so.
    browsers: ['firefox'],
    launch: { prefs: { 'layout.css.prefers-color-scheme.content-override': 0 } },
    async run(t) {
      const { page, inspector } = await openBoth(t);
      await t.fetch(page, 'film', t.file({ size: 4 * MIB, rate: 300_000 }));
      await t.until(async () => (await look(inspector)).strips[0]?.[1] > 0, 'something is stored', 20_000);
      assert.equal(await inspector.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), true);
      await expectAccessible(inspector, 'in the dark');
      await page.evaluate(() => app.abort('film'));
      await t.close(inspector);
    },
  },
  {
    name: 'says why there is nothing to be seen',
    browsers: [...ENGINES, 'chromium-native'],
    async run(t) {
      serveInspector(t);
      if (!t.isNative) {
        const before = await t.openPage(`${t.origin.url}/inspect/index.html`, true);
        const told = () => document.getElementById('problem').textContent;
        assert.equal(await before.waitFor(told), 'No service worker is registered here.');
        await t.close(before);
      }
      const page = await t.open();
      const inspector = await t.openPage(`${t.origin.url}/inspect/index.html?scope=/app/`, true);
      if (t.isNative) {
        const told = await inspector.waitFor(() => document.getElementById('problem').textContent);
        assert.equal(told, 'This browser has the API itself, and tells nobody what it does.');
      } else {
        await t.fetch(page, 'film', t.file({ size: 2 * MIB, rate: 300_000 }));
        await t.until(async () => (await look(inspector)).strips[0]?.[1] > 0, 'something is stored', 20_000);
        const { unwatched, lanes, events } = await look(inspector);
        assert.deepEqual([unwatched, lanes, events], [true, [], []]);
        await page.evaluate(() => app.abort('film'));
      }
      await t.close(inspector);
    },
  },
];
