/**
 * Pictures of the elements: `node tests/e2e/shots.mjs [--browser B[,B…]] [--dist FOLDER] [--out FOLDER]`, by default in
 * `target/shots`: light, dark, from right to left, and 320 pixels wide.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fromRoot, targetDir } from '../../scripts/lib/paths.mjs';
import { ENGINES, launch } from '../harness/launch.mjs';
import { Context, MIB } from './lib/context.mjs';
import { click, describe, list, open } from './lib/downloads.mjs';

const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: ENGINES.join(',') },
    dist: { type: 'string', default: fromRoot('dist') },
    out: { type: 'string', default: join(targetDir, 'shots') },
  },
});

/** What is changed in the page. @type {Record<string, {lang?: string, dir?: string, scheme?: string, width?: string}>} */
const LOOKS = {
  light: {},
  dark: { scheme: 'dark' },
  'right-to-left': { lang: 'ar', dir: 'rtl' },
  narrow: { width: '320px' },
};

/** One in each state. @param {Context} t */
async function prepare(t) {
  const elsewhere = await t.startOrigin();
  const size = 40 * MIB;
  const films = {
    film: ['The Night Ferry', t.file({ size, rate: 800_000 })],
    paused: ['Harbour Lights', t.file({ size, rate: 800_000 })],
    waiting: ['The Long Way Round', t.file({ status: 503, retryAfter: 7200, cors: 1, expose: 1 }, elsewhere)],
    failed: ['A Film That Nobody Has Seen Since', t.file({ status: 404 })],
    done: ['Fog', t.file({ size: 3 * MIB })],
  };
  const page = await open(t);
  for (const [id, [title, file]] of Object.entries(films)) {
    await describe(page, { [id]: { title, href: `#${id}`, icon: id === 'done' ? undefined : '/made/icon.svg' } });
    await t.fetch(page, id, file, { title, downloadTotal: file.size });
  }
  const states = async () => Object.fromEntries((await list(page)).map(({ title, state }) => [title, state]));
  await t.until(async () => (await states())['Harbour Lights'] === 'running', 'it runs', 30_000);
  await click(page, 'Pause Harbour Lights', 'background-fetch-downloads');
  const wanted = ['done', 'failed', 'paused', 'running', 'waiting'];
  await t.until(
    async () =>
      Object.values(await states())
        .sort()
        .join() === wanted.join(),
    'one in each state',
    30_000,
  );
  const hasCome = async () => ((await list(page))[0].progress?.[1] ?? 0) > 0.1;
  await t.until(hasCome, 'something has come', 30_000);
  return page;
}

for (const name of values.browser.split(',')) {
  const browser = await launch(name);
  const t = await new Context({ browser, dist: resolve(values.dist) }).start();
  t.origin.files['/made/icon.svg'] = {
    body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#48a" d="M0 0h8v8H0z"/><path fill="#fff" d="M3 2l3 2-3 2z"/></svg>',
    type: 'image/svg+xml',
  };
  try {
    const page = await prepare(t);
    mkdirSync(values.out, { recursive: true });
    for (const [look, { lang = 'en', dir = 'ltr', scheme = 'light', width = 'auto' }] of Object.entries(LOOKS)) {
      await page.evaluate(
        (...[root, colorScheme, inlineSize]) => {
          Object.assign(document.documentElement, root);
          document.documentElement.style.colorScheme = colorScheme;
          document.body.style.inlineSize = inlineSize;
          elements.redescribe();
        },
        { lang, dir },
        scheme,
        width,
      );
      const file = join(values.out, `${name}-${look}.png`);
      await page.screenshot(file);
      console.log(file);
    }
  } finally {
    await t.end();
    await browser.close();
  }
}
