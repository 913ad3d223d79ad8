/** What all drivers share: the profile, console lines, the end. */
import { EventEmitter } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TempDir } from './process.mjs';

/**
 * @typedef {object} LaunchOptions
 * @property {string} [profile] folder to keep; by default one is made and removed
 * @property {boolean} [headless] true by default
 * @property {number} [workerIdleSeconds] Firefox: how long an idle worker lives, and how long a held one
 * @property {boolean} [workerConsole] Chromium: listen to workers' consoles, which keeps them alive
 * @property {string} [proxy] host:port of an HTTP proxy for everything but loopback
 * @property {boolean} [anyCertificate] accepts TLS certificates of all sorts
 * @property {(line: string) => void} [log] what the browser prints
 * @property {string[]} [args] more command line
 * @property {Record<string, boolean | number | string>} [prefs] Firefox: more preferences
 *
 * @typedef {object} Capabilities what tests may expect of an engine
 * @property {boolean} persistent storage outlives kill() and relaunch()
 * @property {string} killsWorker how killWorker() does it
 * @property {boolean} killReloadsPage killWorker() loads the page anew
 * @property {boolean} hides hide() makes document.hidden true
 * @property {boolean} [permissions] setPermission() is there
 * @property {boolean} workerConsole console lines of service workers are seen
 */

export class Browser extends EventEmitter {
  #temp;

  /** @param {string} name @param {LaunchOptions} options @param {Capabilities} capabilities @param {string[]} lockFiles */
  constructor(name, options, capabilities, lockFiles) {
    super();
    this.name = name;
    this.options = options;
    this.capabilities = capabilities;
    this.lockFiles = lockFiles;
    this.#temp = options.profile ? null : new TempDir();
    this.profile = options.profile ?? /** @type {TempDir} */ (this.#temp).path;
    this.log = options.log ?? (() => {});
  }

  /** @param {{type: string, text: string, source: string}} line @param {import('./page.mjs').Page} [page] */
  tellConsole(line, page) {
    page?.onConsole?.(line);
    this.emit('console', line);
  }

  /** A killed browser leaves its locks, which would keep the next one out of the profile. */
  removeLocks() {
    for (const name of this.lockFiles) rmSync(join(this.profile, name), { force: true });
  }

  removeProfile() {
    this.#temp?.remove();
  }
}
