/** What scenarios of the elements have in common. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { classic } from './classic.mjs';

export const TITLE = 'The Night Ferry';

/** The app, whose worker keeps what succeeds, with a button for `film` and the list. */
export async function open(t, films = {}) {
  t.origin.files['/made/library.js'] = await classic(t.dist, 'offline.mjs', 'library');
  t.origin.files['/made/axe.js'] = readFileSync(fromRoot('node_modules', 'axe-core', 'axe.min.js'), 'utf8');
  const page = await t.open({ html: 'downloads.html', before: ['library'] });
  await page.waitFor(() => Boolean(globalThis.elements));
  await describe(page, films);
  return page;
}

/** What the app knows of its films. */
export const describe = (page, films) =>
  page.evaluate((more) => {
    Object.assign(elements.films, more);
    elements.redescribe();
  }, films);

export const film = ({ url, size }) => ({ title: TITLE, requests: [url], downloadTotal: size });

export const button = (page) => page.evaluate(() => elements.button());
export const list = (page) => page.evaluate(() => elements.list());

export const untilState = (t, page, state, timeout = 20_000) =>
  t.until(async () => (await button(page)).state === state, `the button is ${state}`, timeout);

/** Clicks on what has this name, in the button or the list. */
export const click = (page, name, selector = 'background-fetch-button') =>
  page.evaluate(
    (...[wanted, host]) => {
      const { shadowRoot } = document.querySelector(host);
      const found = [...shadowRoot.querySelectorAll('button')].find(
        (each) => each.getAttribute('aria-label') === wanted,
      );
      if (!found) throw new Error(`no button ${wanted}`);
      found.click();
    },
    name,
    selector,
  );

/** That axe finds nothing, in both elements. */
export async function expectAccessible(page, when) {
  const found = await page.evaluate(async () => {
    if (!globalThis.axe) {
      const script = Object.assign(document.createElement('script'), { src: '/made/axe.js' });
      const loaded = new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
      document.head.append(script);
      await loaded;
    }
    const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
    return { rules: passes.length, violations: violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]) };
  });
  assert.deepEqual(found.violations, [], when);
  assert.ok(found.rules > 10, 'it has looked');
}
