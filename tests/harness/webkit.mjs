/**
 * WebKitGTK by a plain MiniBrowser: under WebDriver its sessions are ephemeral, which is useless for a
 * test of persistence. Pages are driven through the remote inspector.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { browserPath } from '../../scripts/lib/browsers.mjs';
import { startOrigin } from '../server/origin.mjs';
import { Browser } from './browser.mjs';
import { InspectedPage, listTargets } from './inspector.mjs';
import { Page } from './page.mjs';
import { ProcessGroup, until } from './process.mjs';
import { killWorkerProcesses } from './webkit-workers.mjs';
import { X11 } from './x11.mjs';
import { startXvfb } from './xvfb.mjs';

const ARGS = [
  '--enable-write-console-messages-to-stdout=true',
  '--javascript-can-open-windows-automatically=true',
  // It knows the authorities of the system, and no others: all certificates will do.
  '--ignore-tls-errors',
];
const CONSOLE_LINE = /^(?:(\S+:\d+:\d+): )?CONSOLE (?:[A-Z]+ )?(LOG|INFO|WARN|ERROR|DEBUG) (.*)$/;
/** Two, so that one is always another than the tested page's. */
const STEP_HOSTS = ['127.0.0.1', 'localhost'];
const START_TIMEOUT = 30_000;
const LOAD_TIMEOUT = 30_000;

export class WebKit extends Browser {
  /** @type {ProcessGroup | null} */
  #screen = null;
  /** @type {ProcessGroup | null} */
  #group = null;
  /** The window that the browser started with. @type {InspectedPage | null} */
  #first = null;
  /** @type {ReturnType<typeof startOrigin> | null} */
  #stepOrigin = null;
  #server = '';
  /** @type {Promise<unknown>} */
  #lastOpening = Promise.resolve();
  #display = '';
  /** @type {Set<WebKitPage>} */
  pages = new Set();

  /** @param {import('./browser.mjs').LaunchOptions} options */
  constructor(options) {
    super(
      'webkit',
      options,
      {
        persistent: true,
        killsWorker: 'process',
        killReloadsPage: false,
        hides: true,
        workerConsole: true,
      },
      [],
    );
  }

  async start() {
    if (!this.#screen) {
      const { display, group } = await startXvfb();
      this.#screen = group;
      this.#display = display;
    }
    this.#server = `127.0.0.1:${await freePort()}`;
    // Two browsers that picked one port would see each other's windows: ours is marked.
    const mark = `about:blank#${randomBytes(8).toString('hex')}`;
    this.#group = new ProcessGroup(
      browserPath('miniBrowser'),
      [...ARGS, ...proxyArgs(this.options), ...(this.options.args ?? []), mark],
      {
        env: this.#environment(),
        onLine: (line) => this.#hear(line),
      },
    );
    const first = await until(
      async () => {
        if (this.#group?.child.exitCode !== null) throw new Error(`MiniBrowser ended:\n${this.#group?.recentOutput}`);
        return (await listTargets(this.#server)).find(({ url }) => url === mark);
      },
      { timeout: START_TIMEOUT, what: 'MiniBrowser opening a window' },
    );
    this.#first = new InspectedPage(this.#server, first.socket);
    return this;
  }

  /** @param {string} [url] */
  async newPage(url) {
    const page = new WebKitPage(this);
    this.pages.add(page);
    if (url) await page.goto(url);
    return page;
  }

  /**
   * Opens a window in a process of its own that will never run service workers.
   *
   * Left alone, WebKit runs the workers of a host in the process of a page of that host, and to kill
   * the worker would be to kill the page. It does not choose a process that has shown pages of several
   * hosts, though, and where there is no other it starts one for workers alone. So the window is
   * opened by a page of another host, with an opener, which keeps it in that page's process.
   * @param {string} url @returns {Promise<InspectedPage>}
   */
  openWindow(url) {
    const first = this.#first;
    if (!first) throw new Error('webkit is not running');
    const opened = this.#lastOpening.then(async () => {
      const { port } = await this.#steps();
      const other = new URL(url).hostname === STEP_HOSTS[0] ? STEP_HOSTS[1] : STEP_HOSTS[0];
      const step = await this.#open(first, `http://${other}:${port}/`, 'noopener');
      const page = await this.#open(step, url, '');
      await closeWindow(step);
      return page;
    });
    // One after the other: a new window is told by not having been there before.
    this.#lastOpening = opened.catch(() => {});
    return opened;
  }

  /** @param {InspectedPage} opener @param {string} url @param {string} features */
  async #open(opener, url, features) {
    const windows = async () => (await listTargets(this.#server)).filter(({ kind }) => kind === 'WebPage');
    const before = new Set((await windows()).map(({ socket }) => socket));
    const expression = `void open(${JSON.stringify(url)}, '_blank', ${JSON.stringify(features)})`;
    await opener.send('Runtime.evaluate', { expression, emulateUserGesture: true });
    const found = await until(async () => (await windows()).find(({ socket }) => !before.has(socket)), {
      what: 'a new window',
    });
    const page = new InspectedPage(this.#server, found.socket);
    try {
      await loaded(page, url, 'true');
    } catch (error) {
      await closeWindow(page);
      throw error;
    }
    return page;
  }

  /** Serves the pages that windows are opened from. */
  #steps() {
    this.#stepOrigin ??= startOrigin({ files: { '/': { body: '<!doctype html>', type: 'text/html' } } });
    return this.#stepOrigin;
  }

  /**
   * Kills the processes of service workers, of all origins. Should a page have shared one after all,
   * it is opened again.
   * @param {WebKitPage} page @returns {Promise<{reloaded: boolean}>}
   */
  async killWorker(page) {
    if (!this.#group?.pid) throw new Error('webkit is not running');
    await killWorkerProcesses(this.#group.pid);
    const dead = [...this.pages].filter((each) => each.isDead);
    await Promise.all(dead.map((each) => each.reopen()));
    return { reloaded: dead.includes(page) };
  }

  /** On its screen. @template T @param {(x11: X11) => Promise<T>} action @returns {Promise<T>} */
  async onScreen(action) {
    const x11 = await X11.connect(this.#display);
    try {
      return await action(x11);
    } finally {
      x11.close();
    }
  }

  async kill() {
    await this.#group?.kill();
    this.#first?.close();
    for (const page of this.pages) page.forget();
    this.pages.clear();
    this.#group = this.#first = null;
  }

  async relaunch() {
    await this.kill();
    return this.start();
  }

  async close() {
    await this.kill();
    await this.#screen?.kill();
    await (await this.#stepOrigin)?.close();
    this.#screen = this.#stepOrigin = null;
    this.removeProfile();
  }

  #environment() {
    const folder = (/** @type {string} */ name) => {
      const path = join(this.profile, name);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return path;
    };
    return {
      ...process.env,
      DISPLAY: this.#display,
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // No session bus, no accessibility bus, no settings of the user's.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      NO_AT_BRIDGE: '1',
      GSETTINGS_BACKEND: 'memory',
      // bubblewrap does not work for root or in containers.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_INSPECTOR_HTTP_SERVER: this.#server,
      XDG_DATA_HOME: folder('data'),
      XDG_CACHE_HOME: folder('cache'),
      XDG_CONFIG_HOME: folder('config'),
      XDG_RUNTIME_DIR: folder('run'),
    };
  }

  /** @param {string} line */
  #hear(line) {
    const match = CONSOLE_LINE.exec(line);
    if (!match) return this.log(line);
    const told = { type: match[2].toLowerCase(), text: match[3], source: match[1] ?? '' };
    // Lines do not say which page they come from: those of a URL get them all.
    for (const page of this.pages) if (told.source.startsWith(page.url())) page.onConsole?.(told);
    this.tellConsole(told);
  }
}

/** @param {import('./browser.mjs').LaunchOptions} options */
const proxyArgs = ({ proxy }) =>
  proxy ? [`--proxy=http://${proxy}`, ...STEP_HOSTS.map((host) => `--ignore-host=${host}`)] : [];

class WebKitPage extends Page {
  /** None until the first URL is known. @type {InspectedPage | null} */
  #inspected = null;
  #url = 'about:blank';

  /** @param {WebKit} browser */
  constructor(browser) {
    super();
    this.browser = browser;
  }

  /** Whether it was killed with its process. */
  get isDead() {
    return this.#inspected !== null && !this.#inspected.hasProcess;
  }

  url() {
    return this.#url;
  }

  /** @param {string} url */
  async goto(url) {
    this.#url = url;
    if (this.#inspected) await navigate(this.#inspected, url);
    else this.#inspected = await this.browser.openWindow(url);
    this.#url = await this.#window().evaluate('(async () => location.href)()');
  }

  async reload() {
    await leave(this.#window(), 'location.reload()', this.#url);
  }

  /** In a new window: one whose process was killed shows nothing any more. */
  async reopen() {
    this.forget();
    this.#inspected = await this.browser.openWindow(this.#url);
  }

  #window() {
    if (!this.#inspected) throw new Error('the page has no URL yet');
    return this.#inspected;
  }

  /** @param {string} source */
  run(source) {
    return this.#window().evaluate(source);
  }

  /** @param {string} file */
  async screenshot(file) {
    const { width, height } = await this.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    const { dataURL } = await this.#window().send('Page.snapshotRect', {
      x: 0,
      y: 0,
      width,
      height,
      coordinateSystem: 'Viewport',
    });
    writeFileSync(file, Buffer.from(dataURL.slice(dataURL.indexOf(',') + 1), 'base64'));
  }

  async hide() {
    await this.#setHidden(true);
  }

  async show() {
    await this.#setHidden(false);
  }

  /** @param {import('./page.mjs').Key} key */
  async press(key) {
    await this.#onWindow((x11, title) => x11.press(title, key));
  }

  /** @param {(x11: import('./x11.mjs').X11, title: string) => Promise<boolean>} action answers whether there is such a window */
  async #onWindow(action) {
    // The title is the only name of a page that its window has.
    const mark = randomBytes(8).toString('hex');
    const title = await this.evaluate((name) => [document.title, (document.title = name)][0], mark);
    try {
      const act = () => this.browser.onScreen((x11) => action(x11, mark));
      await until(act, { timeout: 5000, what: 'finding the window of a page' });
    } finally {
      await this.evaluate((name) => void (document.title = name), title);
    }
  }

  /** @param {boolean} hidden */
  async #setHidden(hidden) {
    await this.#onWindow((x11, title) => x11.setHidden(title, hidden));
    await this.waitFor((wanted) => document.hidden === wanted, { args: [hidden], timeout: 5000 });
  }

  async close() {
    this.browser.pages.delete(this);
    const inspected = this.#inspected;
    if (!inspected) return;
    await closeWindow(inspected);
  }

  forget() {
    this.#inspected?.close();
  }
}

/** @param {InspectedPage} page @param {string} url */
async function navigate(page, url) {
  const go = `location.assign(${JSON.stringify(url)})`;
  if (await isSameDocument(page, url)) await page.send('Runtime.evaluate', { expression: go });
  else await leave(page, go, url);
}

/** @param {InspectedPage} page @param {string} go what to run @param {string} url where that leads */
async function leave(page, go, url) {
  // The old document is marked, so as not to be taken for the new one.
  await page.send('Runtime.evaluate', { expression: `window.harnessLeft = true; ${go}` });
  await loaded(page, url, '!window.harnessLeft');
}

/** Whether going there only scrolls. @param {InspectedPage} page @param {string} url */
async function isSameDocument(page, url) {
  const [base, fragment] = url.split('#');
  return fragment !== undefined && base === (await page.evaluate(`(async () => location.href.split('#')[0])()`));
}

/** @param {InspectedPage} page */
async function closeWindow(page) {
  if (!page.hasProcess) return page.close();
  // The answer may be lost with the window.
  await page.send('Runtime.evaluate', { expression: 'window.close()' }).catch(() => {});
  await until(() => !page.hasProcess, { timeout: 5000, what: 'a window closing' });
  page.close();
}

/**
 * @param {InspectedPage} page @param {string} url @param {string} isNew true in the document that is waited for
 */
async function loaded(page, url, isNew) {
  // A new window is blank first. What the browser shows instead of a page it cannot load is an
  // about:blank as well, but with the reason in it.
  const look = `(async () => {
    if (!(${isNew}) || document.readyState !== 'complete') return null;
    const blank = location.href === 'about:blank' && ${url !== 'about:blank'};
    const text = document.body?.textContent ?? '';
    return blank && !text ? null : { error: blank ? text : null };
  })()`;
  const { error } = await until(() => page.evaluate(look).catch(() => null), {
    timeout: LOAD_TIMEOUT,
    what: `loading ${url}`,
  });
  if (error) throw new Error(`cannot load ${url}: ${error}`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}
