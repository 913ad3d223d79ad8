/**
 * The pictures of the demo in the README: `node scripts/picture.mjs [--out docs]`. Chromium, with its own API switched off, has
 * the chart and a film, plays that, and fetches an episode; once on a table, once in the hand, in the dark.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from '../tests/harness/launch.mjs';
import { AppPage } from './demo/app-page.mjs';
import { buildPolyfill, serveDemo } from './demo/serve.mjs';
import { fromRoot } from './lib/paths.mjs';
import { exitWith, PlainError, say } from './lib/run.mjs';

/** Bytes a second: slow enough to be seen at work. */
const RATE = 16e6;
/** How much of the episode is there. */
const PART = 0.4;
/** Of the film, in seconds: the ferry is in the middle. */
const SCENE = 15;
const PATIENCE = 180_000;
/** Each is loaded by whoever reads the README. */
const MOST = 60_000;

const PICTURES = [
  { name: 'demo.webp', device: { width: 1200, height: 780, scheme: 'light' }, from: 'top' },
  { name: 'demo-phone.webp', device: { width: 390, height: 860, scheme: 'dark' }, from: 'item-chart' },
];

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string', default: fromRoot('docs') } } });
  await buildPolyfill();
  const demo = await serveDemo({ port: 0, mediaPort: 0, rate: RATE, log: say });
  const browser = await launch('chromium', { args: ['--hide-scrollbars'] });
  try {
    const app = new AppPage(browser, Date.now() + PATIENCE);
    await app.open(demo.url);
    await prepare(app);
    for (const { name, device, from } of PICTURES) {
      await app.page.emulate(device);
      await app.page.evaluate(show, from);
      await app.page.waitFor(isDrawn, { timeout: app.timeLeft });
      await app.screenshot(join(values.out, name));
    }
  } finally {
    await browser.close();
    await demo.close();
  }
  for (const { name } of PICTURES) {
    const { size } = statSync(join(values.out, name));
    if (size > MOST) throw new PlainError(`${name} has ${size} bytes, and not ${MOST} at most.`);
    say(`${name}: ${size} bytes`);
  }
}

/** @param {AppPage} app */
async function prepare(app) {
  await app.get('chart');
  await app.kept('chart');
  await app.get('night-crossing');
  await app.kept('night-crossing');
  await app.tap('night-crossing', 'play');
  await app.page.waitFor(hasPlayed, { timeout: app.timeLeft, args: [SCENE] });
  await app.get('slow-water');
  await app.page.waitFor(isUnderWay, { timeout: app.timeLeft, args: ['slow-water', PART] });
}

/* These run in the page. */

function hasPlayed(scene) {
  const film = document.querySelector('#player-stage video');
  if (!film) return false;
  film.pause();
  if (film.currentTime < scene) film.currentTime = scene;
  return film.readyState >= film.HAVE_CURRENT_DATA && !film.seeking;
}

const isUnderWay = (id, part) => {
  const { shadowRoot } = document.querySelector(`background-fetch-button[fetch-id="${id}"]`);
  return shadowRoot.querySelector('progress').position >= part;
};

const show = (from) => scrollTo(0, from === 'top' ? 0 : document.getElementById(from).offsetTop - 12);

/** Tiles of what is seen now, and not before it was made larger or smaller. */
function isDrawn() {
  const chart = document.querySelector('.chart');
  return chart.width === chart.clientWidth && Number(chart.dataset.tiles) > 0;
}

main().then(() => process.exit(), exitWith);
