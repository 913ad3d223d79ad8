/**
 * The demo's page, in each browser: what it shows is for everybody, and what its switchboard does to a download and an upload
 * is survived; its inspector looks. `npm run demo:headless` has the rest: kills, the list, a film without a network, the chart.
 */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { AppPage } from '../../scripts/demo/app-page.mjs';
import { serveDemo } from '../../scripts/demo/serve.mjs';
import { fromRoot, targetDir } from '../../scripts/lib/paths.mjs';
import { ENGINES, launch } from '../harness/launch.mjs';

const LONGEST = 180_000;
/** So much of it is left to tell what was waited for, and to end the browser. */
const MARGIN = 30_000;
/** The looks of a visit: a phone in the dark, and what is wide and light. */
const LOOKS = [
  { name: 'chromium', look: '320 pixels wide, dark', device: { width: 320, height: 700, scheme: 'dark' } },
  { name: 'chromium', look: 'wide, light', device: { width: 1200, height: 800, scheme: 'light' } },
  { name: 'firefox', look: 'dark', prefs: { 'ui.systemUsesDarkTheme': 1 } },
  { name: 'webkit', look: 'light' },
];
/** Pixels of what a finger can tap. */
const FINGER = 44;
/** Milliseconds for which the page does something else. */
const BUSY = 200;
/** With axe in it: the page's policy allows no script of another place. */
const dist = join(targetDir, 'demo-dist');

before(() => {
  cpSync(fromRoot('dist'), dist, { recursive: true });
  copyFileSync(fromRoot('node_modules', 'axe-core', 'axe.min.js'), join(dist, 'axe.mjs'));
});

/** @param {any} options @param {(app: AppPage, demo: any) => Promise<void>} visit */
async function withApp({ name, rate = 0, ...options }, visit) {
  const demo = await serveDemo({ port: 0, mediaPort: 0, rate, server: 'node', dist });
  try {
    const browser = await launch(name, options);
    try {
      const app = new AppPage(browser, Date.now() + LONGEST - MARGIN);
      assert.equal(await app.open(demo.url), 'polyfill');
      await visit(app, demo);
    } finally {
      await browser.close();
    }
  } finally {
    await demo.close();
  }
}

for (const { look, device, ...options } of LOOKS) {
  test(`${options.name}, ${look}: axe finds nothing, and all can be seen and tapped`, { timeout: LONGEST }, () =>
    withApp({ ...options, rate: 2e6 }, async (app) => {
      const { page } = app;
      if (device) await page.emulate(device);
      const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
      assert.equal(isDark, look.endsWith('dark'));
      await app.get('night-crossing');
      await app.kept('night-crossing');
      await app.tap('night-crossing', 'play');
      await app.tap('night-crossing', 'check');
      await app.get('slow-water');
      await page.waitFor(() => document.querySelector('#item-night-crossing .said')?.textContent?.includes('right'));
      await page.waitFor(() => document.querySelector('#player-stage video'));
      assert.deepEqual(await page.evaluate(complaints), []);
      const { outside, small } = await page.evaluate(measure, FINGER);
      assert.deepEqual(outside, [], 'out of sight');
      const longest = await page.evaluate(watchBusy, BUSY);
      assert.ok(longest >= BUSY / 2, `it knows how long the page was busy: ${longest} ms`);
      assert.deepEqual(small, [], 'too small');
    }),
  );
}

for (const name of ENGINES) {
  test(`${name}: a bad network, links that expire, and the end of the worker`, { timeout: LONGEST }, () =>
    withApp({ name }, async (app, demo) => {
      const { page } = app;
      await page.evaluate(setSwitches, { ratePerConnection: '250000', isFaulty: true, wantsPass: true });
      await page.waitFor(async () => (await (await fetch('/network')).json()).wantsPass);
      await app.get('sound-pack');
      await page.waitFor(
        (id) => document.querySelector(`[fetch-id="${id}"]`).shadowRoot.querySelector('progress').value > 3e5,
        {
          args: ['sound-pack'],
          timeout: app.timeLeft,
        },
      );
      await page.evaluate(() => document.getElementById('kill')?.click());
      // An upload in the midst of that would fail, as it may have been sent already.
      await page.waitFor(() => document.getElementById('log')?.textContent?.split('activate').length === 3, {
        timeout: app.timeLeft,
      });
      await page.evaluate(() => document.getElementById('outbox-picture')?.click());
      await app.kept('sound-pack');
      assert.match(await page.evaluate(() => document.getElementById('log')?.textContent), /a new pass/);
      await app.tap('sound-pack', 'check');
      await page.waitFor(() => document.querySelector('#item-sound-pack .said')?.textContent?.includes('Every byte'), {
        timeout: app.timeLeft,
      });
      await page.waitFor(() => document.querySelectorAll('#inbox li').length === 1, { timeout: app.timeLeft });
      assert.match(demo.gate.letters[0].name, /^sky-\d+\.png$/);
      await page.goto(await page.evaluate(() => document.querySelector('nav a[href^=inspect]').href));
      await page.waitFor(() => document.documentElement.dataset.looked, { timeout: app.timeLeft });
      assert.deepEqual(
        await page.evaluate(() => ['problem', 'unwatched'].map((id) => document.getElementById(id).hidden)),
        [true, true],
        'the inspector has looked, and the worker takes notes',
      );
    }),
  );
}

/* These run in the page. */

async function complaints() {
  await import('/dist/axe.mjs');
  const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
  if (passes.length < 10) throw new Error('it has not looked');
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html, any }) => [html, any[0]?.message])]);
}

/** What the demo tells of a page that is busy. @param {number} ms */
async function watchBusy(ms) {
  const { Watch } = await import('/js/watch.js');
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
  const watch = new Watch();
  await pause();
  for (const end = performance.now() + ms; performance.now() < end; );
  await pause();
  watch.stop();
  return watch.longest;
}

/** What is out of sight to the left or right, and what is smaller than a finger. @param {number} finger */
function measure(finger) {
  const roots = [document, ...[...document.querySelectorAll('*')].map(({ shadowRoot }) => shadowRoot).filter(Boolean)];
  const all = roots.flatMap((root) => [
    ...root.querySelectorAll('button, select, summary, .file, nav a, p, h2, h3, video'),
  ]);
  const named = (element) => `${element.localName}.${element.className} ${element.textContent.trim().slice(0, 30)}`;
  const boxes = all.map((element) => [element, element.getBoundingClientRect()]).filter(([, { width }]) => width > 1);
  const outside = boxes.filter(
    ([, { left, right }]) => left < -0.5 || right > document.documentElement.clientWidth + 0.5,
  );
  const tapped = boxes.filter(([element]) => !/^(p|h2|h3|video)$/.test(element.localName));
  const small = tapped.filter(([, { width, height }]) => width < finger - 0.5 || height < finger - 0.5);
  return { outside: outside.map(([each]) => named(each)), small: small.map(([each]) => named(each)) };
}

/** As a hand does. @param {Record<string, string | boolean>} wishes */
function setSwitches(wishes) {
  for (const [name, value] of Object.entries(wishes)) {
    const control = document.querySelector(`#network [name="${name}"]`);
    if (typeof value === 'boolean') control.checked = value;
    else control.value = value;
    control.dispatchEvent(new Event('change'));
  }
}
