/** Chromium by puppeteer-core, with or without its own Background Fetch. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { browserPath } from '../../scripts/lib/browsers.mjs';
import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { Browser } from './browser.mjs';
import { Page, stackOf } from './page.mjs';
import { startAndAwait, within } from './process.mjs';

const ARGS = [
  '--remote-debugging-port=0',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-breakpad',
  // An error page that loads itself again would get in the way of the test's own navigation.
  '--disable-auto-reload',
  '--mute-audio',
  '--window-size=1280,800',
  '--password-store=basic',
];
const STOP_TIMEOUT = 10_000;

export class Chromium extends Browser {
  #native;
  /** @type {import('./process.mjs').ProcessGroup | null} */
  #group = null;
  /** @type {import('puppeteer-core').Browser | null} */
  #remote = null;
  /** @type {import('puppeteer-core').CDPSession | null} */
  #decisions = null;

  /** @param {import('./browser.mjs').LaunchOptions} options @param {{native: boolean}} flavour */
  constructor(options, { native }) {
    super(
      native ? 'chromium-native' : 'chromium',
      options,
      {
        persistent: true,
        killsWorker: 'cdp',
        killReloadsPage: false,
        hides: true,
        workerConsole: Boolean(options.workerConsole),
        permissions: true,
      },
      ['SingletonLock', 'SingletonCookie', 'SingletonSocket'],
    );
    this.#native = native;
  }

  async start() {
    if (this.#native) allowAutomaticDownloads(this.profile);
    const args = [...ARGS, `--user-data-dir=${this.profile}`];
    if (this.options.headless !== false) args.push('--headless=new');
    if (!this.#native) args.push('--disable-blink-features=BackgroundFetch');
    // The sandbox does not work for root.
    if (process.getuid?.() === 0) args.push('--no-sandbox');
    if (this.options.proxy) args.push(`--proxy-server=${this.options.proxy}`);
    // As if an authority that the user trusts had signed it: it may be cached, and serve service workers.
    args.push(`--ignore-certificate-errors-spki-list=${(await ensureCertificate()).spkiHash}`);
    if (this.options.anyCertificate) args.push('--ignore-certificate-errors');
    args.push(...(this.options.args ?? []), 'about:blank');
    const { group, match } = await startAndAwait(browserPath('chromium'), args, /DevTools listening on (ws:\S+)/, {
      onLine: this.log,
    });
    this.#group = group;
    this.#remote = await puppeteer.connect({ browserWSEndpoint: match[1], defaultViewport: null });
    if (this.options.workerConsole) this.#listenToWorkers(this.#remote);
    return this;
  }

  /** @param {string} [url] */
  async newPage(url) {
    const page = new ChromiumPage(this, await this.#alive().newPage());
    if (url) await page.goto(url);
    return page;
  }

  /**
   * Stops the workers of the page's origin, as the browser does with one that has used up its time.
   * @param {ChromiumPage} page @returns {Promise<{reloaded: boolean}>}
   */
  async killWorker(page) {
    const cdp = await page.target.createCDPSession();
    try {
      await stopWorkers(cdp, new URL(page.url()).origin);
      return { reloaded: false };
    } finally {
      await cdp.detach().catch(() => {});
    }
  }

  /**
   * What the user has decided about a permission, for one origin.
   * @param {string} origin @param {string} name @param {'granted' | 'denied' | 'prompt'} setting
   */
  async setPermission(origin, name, setting) {
    // It holds for as long as the session does.
    this.#decisions ??= await this.#alive().target().createCDPSession();
    await this.#decisions.send('Browser.setPermission', { origin, permission: { name }, setting });
  }

  async kill() {
    await this.#group?.kill();
    await this.#remote?.disconnect().catch(() => {});
    this.#group = this.#remote = this.#decisions = null;
  }

  /** `native`: with the browser's own Background Fetch from now on, or without. @param {{native?: boolean}} [flavour] */
  async relaunch({ native = this.#native } = {}) {
    this.#native = native;
    await this.kill();
    this.removeLocks();
    return this.start();
  }

  async close() {
    await this.kill();
    this.removeProfile();
  }

  #alive() {
    if (!this.#remote) throw new Error(`${this.name} is not running`);
    return this.#remote;
  }

  /** @param {import('puppeteer-core').Browser} remote */
  #listenToWorkers(remote) {
    remote.on('targetcreated', async (target) => {
      if (target.type() !== 'service_worker') return;
      try {
        const worker = await target.worker();
        worker?.on('console', (message) =>
          this.tellConsole({ type: message.type(), text: message.text(), source: target.url() }),
        );
      } catch (error) {
        this.log(`no console of ${target.url()}: ${error}`);
      }
    });
  }
}

class ChromiumPage extends Page {
  #page;
  /** What hides it. @type {import('puppeteer-core').Page | null} */
  #cover = null;

  /** @param {Chromium} browser @param {import('puppeteer-core').Page} page */
  constructor(browser, page) {
    super();
    this.browser = browser;
    this.#page = page;
    page.on('console', (message) =>
      browser.tellConsole({ type: message.type(), text: message.text(), source: page.url() }, this),
    );
    page.on('pageerror', (error) =>
      browser.tellConsole({ type: 'error', text: stackOf(error), source: page.url() }, this),
    );
  }

  get target() {
    return this.#page.target();
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
    if (file.endsWith('.webp'))
      await this.#page.screenshot({ path: /** @type {any} */ (file), type: 'webp', quality: 80 });
    else await this.#page.screenshot({ path: /** @type {`${string}.png`} */ (file), type: 'png' });
  }

  /** @param {import('./page.mjs').Key} key */
  async press(key) {
    await this.#page.bringToFront();
    await this.#page.keyboard.press(key);
  }

  /** As on another device: no window is narrower than 500 pixels. @param {{width: number, height: number, scheme: 'light' | 'dark'}} device */
  async emulate({ width, height, scheme }) {
    await this.#page.setViewport({ width, height });
    await this.#page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
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
    await within(this.#page.close(), 10_000, 'closing a page');
  }
}

/**
 * Resolves once every worker of `origin` that runs now has stopped; a page may have started it anew.
 * @param {import('puppeteer-core').CDPSession} cdp @param {string} origin
 */
async function stopWorkers(cdp, origin) {
  /** @type {Map<string, string>} registration → scope */
  const scopes = new Map();
  /** @type {Map<string, () => void>} running version → to call when it stops */
  const doomed = new Map();
  /** @type {Promise<void>[]} */
  const stops = [];
  let complete = false;
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    for (const each of registrations) scopes.set(each.registrationId, each.scopeURL);
  });
  // Comes once with all there is, if only an empty list, and then with each change.
  const listed = new Promise((resolve) => {
    cdp.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const { versionId, registrationId, runningStatus } of versions) {
        if (runningStatus === 'stopped') doomed.get(versionId)?.();
        else if (!complete && scopes.get(registrationId)?.startsWith(`${origin}/`)) {
          stops.push(new Promise((stopped) => doomed.set(versionId, stopped)));
        }
      }
      complete = true;
      resolve(undefined);
    });
  });
  await cdp.send('ServiceWorker.enable');
  await within(listed, STOP_TIMEOUT, 'the list of workers');
  await Promise.all([...doomed.keys()].map((versionId) => cdp.send('ServiceWorker.stopWorker', { versionId })));
  await within(Promise.all(stops), STOP_TIMEOUT, 'workers stopping');
}

/** Without this the second fetch of the native API waits for a permission nobody can give. */
function allowAutomaticDownloads(profile) {
  const file = join(profile, 'Default', 'Preferences');
  mkdirSync(join(profile, 'Default'), { recursive: true });
  const preferences = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  preferences.profile ??= {};
  preferences.profile.default_content_setting_values = { automatic_downloads: 1 };
  writeFileSync(file, JSON.stringify(preferences));
}
