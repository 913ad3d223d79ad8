/** What a scenario gets: a browser, origins of its own, and the words to say what it does with the app. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { sleep, within } from '../../harness/process.mjs';
import { fileSha256 } from '../../server/content.mjs';
import { startOrigin } from '../../server/origin.mjs';
import { atMost, LATE, PATIENCE } from './measure.mjs';

const APP = fileURLToPath(new URL('../app', import.meta.url));
/** Below those given to outgoing connections, above those of well-known servers. */
const [LOWEST_PORT, HIGHEST_PORT] = [12_000, 32_000];
const CLEAN_UP_TIMEOUT = 5_000;
const OUTCOME_TIMEOUT = 20_000;
const SHOWN_LINES = 12;
/** The app's workers. */
const SCRIPTS = {
  classic: 'sw.js',
  module: 'sw.mjs',
  slim: 'sw.slim.mjs',
  ponyfill: 'sw.ponyfill.mjs',
  configured: 'sw.configured.mjs',
  'configured ponyfill': 'sw.ponyfill.configured.mjs',
};
/** What a body takes longer that breaks off unseen, and whose rest cannot be asked for, in ms: the polyfill's patience, and some. */
export const UNSEEN_BREAK = 35_000;

/** Never one twice: storage of an earlier scenario would still be there. @type {Set<number>} */
const usedPorts = new Set();

/** @typedef {Awaited<ReturnType<typeof startOrigin>>} Origin */

/** Our names, from js/border/names.ts and js/border/messages.ts: what a test must find there, or must not. */
export const ourName = (/** @type {string} */ scope) => `background-fetch-polyfill:${scope}`;
/** ms, long enough for anything that would be sent again. */
export const SETTLED = 3_000;
export const MIB = 1 << 20;
/** Bytes a second of an origin: a small file lasts long, and none is silent. */
const TRICKLE = 5_000;

export class Context {
  /** @type {import('../../harness/page.mjs').Page[]} */
  #pages = [];
  /** @type {Origin[]} */
  #origins = [];
  /** @type {string[]} */
  #lines = [];
  #stopListening;
  #keys = 0;
  /** What the worker or a page may report without failing the test. @type {RegExp | null} */
  mayReport = null;
  /** Whether the browser was, in the course of the scenario. */
  wasKilled = false;

  /** @param {{browser: any, dist: string, protocol?: import('./scenarios.mjs').Protocol}} options */
  constructor({ browser, dist, protocol = 'h1' }) {
    this.browser = browser;
    this.dist = dist;
    /** What its origins speak. */
    this.protocol = protocol;
    this.isNative = browser.name === 'chromium-native';
    /**
     * WebKitGTK tells nobody that a body over HTTP/2 was broken off, not even by the end of its connection: where
     * the rest cannot be asked for, only patience ends it.
     */
    this.breaksSilently = browser.name === 'webkit' && protocol === 'h2';
    const hear = ({ type, text }) => this.#lines.push(`${type}: ${text}`);
    browser.on('console', hear);
    this.#stopListening = () => browser.off('console', hear);
  }

  async start() {
    /** Where the app is. @type {Origin} */
    this.origin = await this.startOrigin();
    return this;
  }

  /** Another origin, which lives as long as the scenario. @param {Parameters<typeof startOrigin>[0]} [options] */
  async startOrigin(options) {
    const roots = { '/app': APP, '/dist': this.dist };
    for (;;) {
      const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
      if (usedPorts.has(port)) continue;
      usedPorts.add(port);
      try {
        const origin = await startOrigin({ roots, port, protocol: this.protocol, ...options });
        this.#origins.push(origin);
        return origin;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  /**
   * Opens the app, and waits until its worker is active.
   * @param {object} [options]
   * @param {string[]} [options.do] behaviours of the worker
   * @param {string[]} [options.before] the same, before the polyfill
   * @param {keyof typeof SCRIPTS} [options.type] of the worker
   * @param {string} [options.html] the page
   * @param {string} [options.scope] '/app/' controls the page, others do not
   * @param {Record<string, string>} [options.query] more parameters of the worker's script
   * @param {boolean} [options.registers] false: the worker has been registered before
   * @param {boolean} [options.eager] true: does not wait for the worker
   * @param {string} [options.client] another app: one of app/clients
   * @param {boolean} [options.polyfilled] false: that app's page is without the polyfill
   */
  async open({
    do: behaviours = [],
    before = [],
    type = 'classic',
    html = 'page.html',
    scope = '/app/',
    query = {},
    registers = true,
    eager = false,
    client = undefined,
    polyfilled = true,
  } = {}) {
    const script = new URLSearchParams([
      ...behaviours.map((name) => ['do', name]),
      ...before.map((name) => ['before', name]),
      ...Object.entries(query),
    ]);
    const page = new URLSearchParams({ scope, type: type === 'classic' ? type : 'module' });
    const worker = client ? `clients/${client}/sw.js` : SCRIPTS[type];
    if (registers) page.set('script', `/app/${worker}${script.size ? `?${script}` : ''}`);
    if (eager) page.set('eager', '');
    if (client) page.set('client', client);
    if (!polyfilled) page.set('without', '');
    return this.openPage(`${this.origin.url}/app/${client ? 'clients/index.html' : html}?${page}`, eager);
  }

  /** @param {string} url @param {boolean} [eager] */
  async openPage(url, eager = false) {
    const page = await this.browser.newPage(url);
    this.#pages.push(page);
    if (!eager) await page.evaluate(() => app.ready.then(() => null));
    return page;
  }

  /** Closes a page for good. */
  async close(page) {
    this.#pages = this.#pages.filter((each) => each !== page);
    await page.close();
  }

  /**
   * The browser was killed and is started again on its profile: no page is left.
   * @param {{native?: boolean}} [flavour] of Chromium
   */
  async relaunch(flavour) {
    this.#pages = [];
    this.wasKilled = true;
    await this.browser.kill();
    await this.browser.relaunch(flavour);
  }

  /**
   * A file of the origin, with a key of its own.
   * @param {Record<string, string | number>} [parameters] of /file, as in tests/harness/README.md
   * @param {Origin} [origin]
   */
  file({ size = 100_000, seed = this.#keys + 1, ...parameters } = {}, origin = this.origin) {
    const key = `file-${++this.#keys}`;
    const query = new URLSearchParams({ size: String(size), seed: String(seed), key });
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    return {
      key,
      size,
      seed,
      origin,
      url: `${origin.url}/file?${query}`,
      sha256: fileSha256(Number(seed), Number(size)),
      get sent() {
        return origin.bytesSent(key);
      },
      get requests() {
        return origin.requests().filter((each) => each.key === key && each.method === 'GET');
      },
    };
  }

  /**
   * Where to upload to, with a key of its own.
   * @param {Record<string, string | number>} [parameters] of /upload, as in tests/harness/README.md
   * @param {Origin} [origin]
   */
  upload(parameters = {}, origin = this.origin, path = '/upload') {
    const key = `upload-${++this.#keys}`;
    const query = new URLSearchParams({ key });
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    const all = () => origin.requests().filter((each) => each.key === key);
    const isPreflight = ({ method, headers }) => method === 'OPTIONS' && 'access-control-request-method' in headers;
    return {
      key,
      origin,
      url: `${origin.url}${path}?${query}`,
      /** What came, without preflights. */
      get requests() {
        return all().filter((each) => !isPreflight(each));
      },
      get preflights() {
        return all().filter(isPreflight);
      },
    };
  }

  /** Starts a background fetch in the page. @param {any} page @param {string} id @param {any} requests files, URLs or [URL, RequestInit] */
  fetch(page, id, requests, options = undefined) {
    const list = [requests].flat().map((each) => each.url ?? each);
    return page.evaluate((...args) => app.fetch(...args), id, list, options);
  }

  /**
   * What has to happen while fetches are under way, however busy the machine is: until it has, no file of the
   * scenario's origin goes on faster than a trickle.
   * @template T @param {() => Promise<T>} action @returns {Promise<T>}
   */
  async underWay(action) {
    this.origin.setThrottle(TRICKLE);
    try {
      return await action();
    } finally {
      this.origin.setThrottle(0);
    }
  }

  /** Every row of the app's log that fits. @param {any} page @param {Record<string, unknown>} [like] */
  async rows(page, like = {}) {
    const rows = await page.evaluate(() => log.rows());
    return rows.filter((row) => Object.entries(like).every(([key, value]) => row[key] === value));
  }

  /** What the worker's handler saw at the end of a fetch. @param {any} page @param {string} id */
  async outcome(page, id, { timeout = OUTCOME_TIMEOUT } = {}) {
    const started = Date.now();
    const unseen = this.breaksSilently ? UNSEEN_BREAK : 0;
    const row = await page.waitFor(
      async (wanted) => (await log.rows()).find((row) => row.kind === 'event' && row.id === wanted),
      { timeout: timeout * PATIENCE + unseen, args: [id], every: 100 },
    );
    this.#expectInTime(started, timeout * LATE + unseen, `the event of ${id}`);
    return row;
  }

  /** Waits for the end of a fetch, which must be a success with exactly these files. */
  async expectSuccess(page, id, files, { timeout = OUTCOME_TIMEOUT } = {}) {
    const row = await this.outcome(page, id, { timeout });
    assert.equal(row.error, undefined, `in the handler: ${row.message}`);
    assert.deepEqual([row.type, row.result, row.failureReason], ['backgroundfetchsuccess', 'success', '']);
    this.expectFiles(row.records, [files].flat());
    return row;
  }

  /** Waits for the end of a fetch, which must be this failure. @param {string} reason */
  async expectFailure(page, id, reason, { timeout = OUTCOME_TIMEOUT } = {}) {
    const row = await this.outcome(page, id, { timeout });
    const type = reason === 'aborted' ? 'backgroundfetchabort' : 'backgroundfetchfail';
    assert.deepEqual([row.type, row.result, row.failureReason], [type, 'failure', reason]);
    return row;
  }

  /** The records of these files, in their order, with the right bytes. */
  expectFiles(records, files) {
    const seen = records.map(({ request, response, error }) => [
      request.url,
      error ?? response.bodyError ?? response.status,
      response?.size,
      response?.sha256,
    ]);
    assert.deepEqual(
      seen,
      files.map(({ url, size, sha256 }) => [url, 200, size, sha256]),
    );
  }

  /** That something holds, within a time. @template T @param {() => T | Promise<T>} probe @param {string} what */
  async until(probe, what, timeout = 10_000) {
    const started = Date.now();
    for (;;) {
      const found = await probe();
      if (found) {
        this.#expectInTime(started, timeout * LATE, what);
        return found;
      }
      const waited = Date.now() - started;
      if (waited > timeout * PATIENCE) throw new Error(`not within ${waited} ms: ${what}`);
      await sleep(20);
    }
  }

  /** @param {number} started ms @param {number} most ms @param {string} what */
  #expectInTime(started, most, what) {
    // Chromium's own waits 20 s before it asks again.
    if (!this.isNative) atMost(Date.now() - started, most, `ms until ${what}`);
  }

  /** What there is of ours in the origin of a page. @param {any} page */
  leftovers(page, scope = `${this.origin.url}/app/`) {
    return page.evaluate(async (name) => {
      const settled = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const entries = (await caches.has(name)) ? (await (await caches.open(name)).keys()).map(({ url }) => url) : [];
      const rows = {};
      if ((await indexedDB.databases()).some((each) => each.name === name)) {
        const database = await settled(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
          // The number of the engine that owns the store.
          if (store === 'meta') continue;
          const count = await settled(database.transaction(store).objectStore(store).count());
          if (count) rows[store] = count;
        }
        database.close();
      }
      const { held, pending } = await navigator.locks.query();
      return { entries, rows, locks: [...held, ...pending].map((lock) => lock.name) };
    }, ourName(scope));
  }

  /** That nothing of ours is left: no entry, no row, no lock held or waited for. @param {any} page */
  async expectNothingLeft(page, scope = undefined) {
    if (this.isNative) return;
    let left;
    try {
      // Deleting begins when the handlers have ended.
      await this.until(
        async () => {
          left = await this.leftovers(page, scope);
          return !left.entries.length && !Object.keys(left.rows).length && !left.locks.length;
        },
        'nothing left',
        3_000,
      );
    } catch {
      assert.deepEqual(left, { entries: [], rows: {}, locks: [] });
    }
  }

  /** Errors that nobody caught, in the worker or a page. */
  async expectNoErrors() {
    const page = this.#pages.at(-1);
    if (!page || this.isNative) return;
    const found = await page.evaluate(async () => [
      ...app.errors,
      ...(await log.rows()).filter(({ kind }) => kind === 'error').map(({ message }) => `in the worker: ${message}`),
    ]);
    assert.deepEqual(
      found.filter((line) => !this.mayReport?.test(line)),
      [],
    );
  }

  /** For whoever has to find out why a scenario failed. */
  async evidence() {
    const requests = this.#origins.flatMap((origin) =>
      origin
        .requests()
        .filter(({ url }) => url.startsWith('/file') || url.startsWith('/upload'))
        .slice(-SHOWN_LINES)
        .map(
          (each) =>
            `${each.at} ms ${each.method} ${each.url} ${each.headers.range ?? ''} → ${each.status}, ${each.bytesSent} bytes${each.aborted ? ', aborted' : ''}`,
        ),
    );
    const page = this.#pages.at(-1);
    const seen = await within(
      Promise.resolve(
        page?.evaluate(async () => [
          `fetches: ${JSON.stringify(Object.keys(app.fetches).map(app.state))}`,
          ...(await log.rows()).map((row) => JSON.stringify(row).slice(0, 400)),
          ...app.errors,
        ]),
      ),
      CLEAN_UP_TIMEOUT,
      'the page answering',
    ).catch((error) => [String(error)]);
    return [...requests, ...(seen ?? []).slice(-SHOWN_LINES), ...this.#lines.slice(-SHOWN_LINES)];
  }

  async end() {
    this.#stopListening();
    // Workers that are left would go on asking origins that are gone.
    const unregister = this.#pages.at(-1)?.evaluate(async () => {
      for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    });
    await within(Promise.resolve(unregister), CLEAN_UP_TIMEOUT, 'unregistering').catch(() => {});
    await Promise.all(this.#pages.map((page) => within(page.close(), CLEAN_UP_TIMEOUT, 'closing').catch(() => {})));
    await Promise.all(this.#origins.map((origin) => origin.close()));
  }
}
