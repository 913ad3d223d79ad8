/** Firefox by puppeteer-core over WebDriver BiDi. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { browserPath } from '../../scripts/lib/browsers.mjs';
import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { Browser } from './browser.mjs';
import { Page, stackOf } from './page.mjs';
import { startAndAwait, within } from './process.mjs';

/** On top of what the remote agent sets for automation by itself. */
const PREFS = {
  'browser.shell.checkDefaultBrowser': false,
  'browser.sessionstore.resume_from_crash': false,
  'toolkit.startup.max_resumed_crashes': -1,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.disabledForTesting': true,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.region.network.url': '',
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  // Consoles of pages and workers on stdout: BiDi tells those of pages only.
  'devtools.console.stdout.content': true,
  // Its own, which needs nothing of the desktop's.
  'alerts.useSystemBackend': false,
};
const CALL_TIMEOUT = 15_000;

/** Runs in the browser's own scope. Each worker's promise resolves when its thread has ended. */
const TERMINATE_WORKERS = `async (origin, only) => {
  const manager = Cc['@mozilla.org/serviceworkers/manager;1'].getService(Ci.nsIServiceWorkerManager);
  const all = manager.getAllRegistrations();
  let count = 0;
  for (let i = 0; i < all.length; i++) {
    const info = all.queryElementAt(i, Ci.nsIServiceWorkerRegistrationInfo);
    if (!info.scope.startsWith(origin + '/')) continue;
    for (const place of ['active', 'waiting', 'installing']) {
      const worker = (only ?? place) === place && info[place + 'Worker'];
      if (!worker) continue;
      await worker.terminateWorker();
      count++;
    }
  }
  return count;
}`;

/** Runs in the browser's own scope: the profile trusts the authority for servers from now on. */
const TRUST = `(authority) => {
  const database = Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB);
  database.addCertFromBase64(authority, 'CT,,');
}`;

export class Firefox extends Browser {
  /** @type {import('./process.mjs').ProcessGroup | null} */
  #group = null;
  /** @type {import('puppeteer-core').Browser | null} */
  #remote = null;

  /** @param {import('./browser.mjs').LaunchOptions} options */
  constructor(options) {
    super(
      'firefox',
      options,
      {
        persistent: true,
        killsWorker: 'terminate',
        killReloadsPage: false,
        hides: true,
        workerConsole: true,
        permissions: true,
      },
      ['lock', '.parentlock'],
    );
    const prefs = { ...PREFS, ...idlePrefs(options.workerIdleSeconds), ...proxyPrefs(options.proxy), ...options.prefs };
    const lines = Object.entries(prefs).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    appendFileSync(join(this.profile, 'user.js'), lines.join(''));
  }

  /** Large Blobs become files; those of a browser that is killed would stay behind elsewhere. */
  #temporary() {
    const folder = join(this.profile, 'temporary');
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async start() {
    const args = [
      '--no-remote',
      '--profile',
      this.profile,
      '--remote-debugging-port=0',
      '--remote-allow-system-access',
    ];
    if (this.options.headless !== false) args.push('--headless');
    args.push(...(this.options.args ?? []), 'about:blank');
    const { group, match } = await startAndAwait(browserPath('firefox'), args, /WebDriver BiDi listening on (ws:\S+)/, {
      onLine: (line) => this.#hear(line),
      env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1', TMPDIR: this.#temporary() },
    });
    this.#group = group;
    this.#remote = await puppeteer.connect({
      browserWSEndpoint: `${match[1]}/session`,
      protocol: 'webDriverBiDi',
      defaultViewport: null,
      // Else the browser keeps what it loads, for a driver that never asks for it.
      networkEnabled: false,
      acceptInsecureCerts: Boolean(this.options.anyCertificate),
    });
    await this.privileged(TRUST, (await ensureCertificate()).authority.replace(/-----[^-]+-----|\s/g, ''));
    return this;
  }

  /** @param {string} [url] */
  async newPage(url) {
    if (!this.#remote) throw new Error('firefox is not running');
    const page = new FirefoxPage(this, await this.#remote.newPage());
    if (url) await page.goto(url);
    return page;
  }

  /**
   * Ends the workers of the page's origin, as the browser does with idle ones.
   * @param {FirefoxPage} page @param {{only?: 'active' | 'waiting' | 'installing'}} [options] @returns {Promise<{reloaded: boolean}>}
   */
  async killWorker(page, { only } = {}) {
    await this.privileged(TERMINATE_WORKERS, new URL(page.url()).origin, only ?? null);
    return { reloaded: false };
  }

  /**
   * What the user has decided about a permission, for one origin.
   * @param {string} origin @param {string} name @param {'granted' | 'denied' | 'prompt'} state
   */
  async setPermission(origin, name, state) {
    // As below: Puppeteer knows of it by origins of pages that it has.
    const { connection } = /** @type {any} */ (this.#remote);
    await connection.send('permissions.setPermission', { descriptor: { name }, state, origin });
  }

  /**
   * Calls a function, given as source, in the browser's own privileged scope.
   * @param {string} fn @param {...unknown} args @returns {Promise<any>}
   */
  async privileged(fn, ...args) {
    // Puppeteer has no name for this: its connection passes any command on.
    const { connection } = /** @type {any} */ (this.#remote);
    const tree = await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
    const call = connection.send('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${fn})(${args.map((arg) => JSON.stringify(arg)).join(', ')}) ?? null))()`,
      target: { context: tree.result.contexts[0].context },
      awaitPromise: true,
    });
    const { result } = await within(call, CALL_TIMEOUT, 'a privileged call');
    if (result.type === 'exception') throw new Error(result.exceptionDetails.text);
    return JSON.parse(result.result.value);
  }

  async kill() {
    await this.#group?.kill();
    await this.#remote?.disconnect().catch(() => {});
    this.#group = this.#remote = null;
  }

  async relaunch() {
    await this.kill();
    this.removeLocks();
    return this.start();
  }

  async close() {
    await this.kill();
    this.removeProfile();
  }

  /** @param {string} line */
  #hear(line) {
    const match = /^console\.(\w+): (.*)$/.exec(line);
    if (match) this.tellConsole({ type: match[1], text: match[2], source: '' });
    else this.log(line);
  }
}

class FirefoxPage extends Page {
  #page;
  /** What hides it. @type {import('puppeteer-core').Page | null} */
  #cover = null;

  /** @param {Firefox} browser @param {import('puppeteer-core').Page} page */
  constructor(browser, page) {
    super();
    this.browser = browser;
    this.#page = page;
    page.on('console', (message) =>
      this.onConsole?.({ type: message.type(), text: message.text(), source: page.url() }),
    );
    page.on('pageerror', (error) =>
      browser.tellConsole({ type: 'error', text: stackOf(error), source: page.url() }, this),
    );
  }

  url() {
    return this.#page.url();
  }

  /** @param {string} url */
  async goto(url) {
    await this.#page.goto(url, { waitUntil: 'load', timeout: 30_000 });
  }

  async reload() {
    await this.#page.reload({ waitUntil: 'load', timeout: 30_000 });
  }

  /** @param {string} source */
  run(source) {
    return /** @type {Promise<string>} */ (this.#page.evaluate(source));
  }

  /** @param {string} file */
  async screenshot(file) {
    await this.#page.bringToFront();
    await this.#page.screenshot({ path: /** @type {`${string}.png`} */ (file), type: 'png' });
  }

  /** @param {import('./page.mjs').Key} key */
  async press(key) {
    await this.#page.bringToFront();
    await this.#page.keyboard.press(key);
  }

  /** By another tab in front of it. */
  async hide() {
    const cover = (this.#cover ??= await this.#page.browser().newPage());
    await cover.bringToFront();
  }

  async show() {
    await this.#page.bringToFront();
  }

  async close() {
    await this.#cover?.close();
    await within(this.#page.close(), CALL_TIMEOUT, 'closing a page');
  }
}

/** @param {string | undefined} proxy */
function proxyPrefs(proxy) {
  if (!proxy) return {};
  const [host, port] = proxy.split(':');
  return {
    'network.proxy.type': 1,
    'network.proxy.http': host,
    'network.proxy.http_port': Number(port),
    'network.proxy.ssl': host,
    'network.proxy.ssl_port': Number(port),
  };
}

/** @param {number | undefined} seconds */
function idlePrefs(seconds) {
  if (seconds === undefined) return {};
  return {
    'dom.serviceWorkers.idle_timeout': seconds * 1000,
    'dom.serviceWorkers.idle_extended_timeout': seconds * 1000,
  };
}
