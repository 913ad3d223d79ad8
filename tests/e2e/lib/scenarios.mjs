/** Finds the scenarios, checks them and gives each its title: its file and its name. */
import { readdirSync } from 'node:fs';

const FOLDER = new URL('../scenarios/', import.meta.url);
const DEFAULT_TIMEOUT = 40_000;

/**
 * @typedef {object} Scenario
 * @property {string} name what the user is promised
 * @property {string[]} [browsers] the only ones that it runs in
 * @property {string} [nativeDiffers] why Chromium's own implementation fails it
 * @property {string} [nativeVaries] why Chromium's own implementation fails it at times
 * @property {string} [skip] why it runs nowhere
 * @property {boolean} [alone] nothing may run beside it: it measures time, or is heavy
 * @property {object} [launch] options of the browser, which it then has for itself
 * @property {number} [timeout] ms
 * @property {(t: import('./context.mjs').Context) => Promise<void>} run
 *
 * @typedef {Scenario & {title: string, timeout: number}} Named
 */

/** @returns {Promise<Named[]>} */
export async function loadScenarios() {
  /** @type {Named[]} */
  const all = [];
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.mjs')).sort()) {
    const { default: scenarios } = await import(new URL(file, FOLDER).href);
    const group = file.replace(/\.mjs$/, '');
    for (const each of /** @type {Scenario[]} */ (scenarios)) {
      all.push({ timeout: DEFAULT_TIMEOUT, ...each, title: `${group}: ${each.name}` });
    }
  }
  const titles = all.map(({ title }) => title);
  const twice = titles.find((title, index) => titles.indexOf(title) !== index);
  if (twice) throw new Error(`there are two scenarios "${twice}"`);
  return all;
}
