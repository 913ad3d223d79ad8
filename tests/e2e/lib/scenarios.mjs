/** Finds the scenarios, checks them and gives each its title: its file and its name, and the protocol if it is HTTP/2. */
import { readdirSync } from 'node:fs';
import { UNSEEN_BREAK } from './context.mjs';
import { PROTOCOLS } from './protocols.mjs';

const FOLDER = new URL('../scenarios/', import.meta.url);
const DEFAULT_TIMEOUT = 40_000;
/** Of those that the protocol does not touch. */
const DEFAULT_PROTOCOLS = /** @type {const} */ (['h1']);

/**
 * @typedef {object} Scenario
 * @property {string} name what the user is promised
 * @property {string[]} [browsers] the only ones that it runs in
 * @property {Protocol[]} [protocols] over which it runs, instead of those of its group
 * @property {string} [nativeDiffers] why Chromium's own implementation fails it
 * @property {string} [nativeVaries] why Chromium's own implementation fails it at times
 * @property {string} [skip] why it runs nowhere
 * @property {boolean} [alone] nothing may run beside it: it measures the whole browser, or what must hold each time
 * @property {boolean} [idles] it does nothing for minutes, and may do so beside all others
 * @property {object} [launch] options of the browser, which it then has for itself
 * @property {number} [timeout] ms
 * @property {(t: import('./context.mjs').Context) => Promise<void>} run
 *
 * @typedef {typeof PROTOCOLS[number]} Protocol
 * @typedef {Scenario & {title: string, protocol: Protocol, timeout: number}} Named
 */

/** Each as often as it has protocols. A group is what a file exports, with the `protocols` of its scenarios. @returns {Promise<Named[]>} */
export async function loadScenarios() {
  /** @type {Named[]} */
  const all = [];
  for (const file of readdirSync(FOLDER)
    .filter((name) => name.endsWith('.mjs'))
    .sort()) {
    const { default: scenarios, protocols = DEFAULT_PROTOCOLS } = await import(new URL(file, FOLDER).href);
    const group = file.replace(/\.mjs$/, '');
    for (const each of /** @type {Scenario[]} */ (scenarios)) {
      for (const protocol of each.protocols ?? protocols) {
        const [over, longer] = protocol === 'h2' ? [' [h2]', UNSEEN_BREAK] : ['', 0];
        const timeout = (each.timeout ?? DEFAULT_TIMEOUT) + longer;
        all.push({ ...each, timeout, protocol, title: `${group}: ${each.name}${over}` });
      }
    }
  }
  const titles = all.map(({ title }) => title);
  const twice = titles.find((title, index) => titles.indexOf(title) !== index);
  if (twice) throw new Error(`there are two scenarios "${twice}"`);
  return all;
}
