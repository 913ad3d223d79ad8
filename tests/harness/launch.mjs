/** One interface over the engines: see README.md. */
import { Chromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';

/** @typedef {'chromium' | 'firefox' | 'webkit' | 'chromium-native'} EngineName */

/** The engines that need the polyfill. */
export const ENGINES = /** @type {const} */ (['chromium', 'firefox', 'webkit']);

/** @param {EngineName} name @param {import('./browser.mjs').LaunchOptions} options */
async function make(name, options) {
  switch (name) {
    case 'chromium':
      return new Chromium(options, { native: false });
    case 'chromium-native':
      return new Chromium(options, { native: true });
    case 'firefox':
      return new Firefox(options);
    case 'webkit':
      return new (await import('./webkit.mjs')).WebKit(options);
    default:
      throw new Error(`no such browser: ${name}`);
  }
}

/** @param {EngineName} name @param {import('./browser.mjs').LaunchOptions} [options] */
export async function launch(name, options = {}) {
  const browser = await make(name, options);
  try {
    return await browser.start();
  } catch (error) {
    await browser.close();
    throw error;
  }
}
