/** A browser with a page open, and the server that it gets everything from: what contenders are made of. */
import { PlainError } from '../../scripts/lib/run.mjs';
import { memoryBelow } from '../harness/memory.mjs';
import { sleep, until } from '../harness/process.mjs';
import { digestsOf } from './files.mjs';

const LOAD_TIMEOUT = 30_000;
const RUN_TIMEOUT = 30 * 60_000;
const ASK_MS = 30_000;
/** What the run before has left to the disk. */
const PAUSE_MS = 500;
/** Until a browser is at rest, and between two looks at its memory. */
const REST_MS = 2_000;
const LOOK_MS = 100;
/** The first of all is no measurement: code is compiled, connections are opened. */
const WARM_UP = { count: 1, size: 2 ** 20 };

/** How often is sought in a file. */
const SEEKS = 20;

/** Of all seats: several may have one server. */
let runs = 0;

/**
 * @typedef {import('./served.mjs').Job} Job
 * @typedef {'none' | 'hold' | 'keep' | 'sizes' | 'digests' | 'store'} Check what the app does with what it has got
 */

export class Seat {
  #browser;
  #page;
  /** Under which the requests of the last run count. */
  key = '';
  /** Of each run, in milliseconds. */
  timeout = RUN_TIMEOUT;
  /** The URLs of a fetch that is held, and of entries of a cache. @type {{held: string[], cache: string[]} | null} */
  #records = null;
  /** What is in the library. @type {{url: string, keepMs: number, grown: number} | null} */
  #kept = null;
  /** The first bytes at the places where is sought. @type {string | undefined} */
  #heads;

  /** @param {import('./served.mjs').Server} server @param {any} browser @param {any} page */
  constructor(server, browser, page) {
    this.server = server;
    this.#browser = browser;
    this.#page = page;
  }

  /** @param {import('./served.mjs').Server} server @param {any} browser @param {string} html */
  static async take(server, browser, html) {
    try {
      const page = await browser.newPage(`${server.url}/${html}`);
      await page.waitFor(() => /** @type {any} */ (window).bench, { timeout: LOAD_TIMEOUT });
      return new Seat(server, browser, page);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async warmUp() {
    await this.plain(WARM_UP, 1);
    await this.background(WARM_UP);
  }

  /** Does what page.js has under that name. @param {string} name @param {unknown[]} args @returns {Promise<any>} */
  async ask(name, ...args) {
    await this.begin(name, ...args);
    return this.end();
  }

  /** @param {string} name @param {unknown[]} args */
  begin(name, ...args) {
    return this.#page.evaluate((list) => /** @type {any} */ (window).bench.begin(...list), [name, ...args]);
  }

  /** What has become of it. Asked for again and again: drivers do not wait for minutes. */
  async end() {
    for (const deadline = Date.now() + this.timeout; Date.now() < deadline; ) {
      const outcome = await this.#page.evaluate((ms) => /** @type {any} */ (window).bench.end(ms), ASK_MS);
      if (outcome) return outcome.value;
    }
    throw new PlainError(`not within ${this.timeout} ms.`);
  }

  /** A key and the URLs of a run. Others each time: nothing comes from the HTTP cache. @param {Job} job */
  async next(job) {
    await this.ask('cleared');
    await sleep(PAUSE_MS);
    this.key = `run-${++runs}`;
    return { key: this.key, urls: await this.server.urls(job, this.key) };
  }

  /** @param {Job} job @param {Check} [check] */
  async background(job, check = 'sizes') {
    const { key, urls } = await this.next(job);
    const outcome = await this.ask('background', key, check, urls, sizeOf(job));
    checkOutcome(job, outcome);
    return { ...outcome, urls, ...(await this.server.sent(key)) };
  }

  /** @param {Job} job @param {number} atATime @param {'none' | 'sizes' | 'keep'} [check] */
  async plain(job, atATime, check = 'sizes') {
    const { urls } = await this.next(job);
    const outcome = await this.ask('plain', urls, atATime, check);
    checkOutcome(job, outcome);
    return { ...outcome, urls };
  }

  /**
   * Begins something, kills the worker when half of it is sent, and ends it.
   * @param {Job} job @param {(key: string, urls: string[]) => [string, ...unknown[]]} begin what, for the page
   * @param {(urls: string[]) => Promise<{seen: number}>} end
   */
  async killed(job, begin, end) {
    const { key, urls } = await this.next(job);
    const requests = /** @type {NonNullable<import('./served.mjs').Server['requests']>} */ (this.server.requests);
    const sent = () => requests(key).reduce((sum, { bytes }) => sum + bytes, 0);
    await this.begin(...begin(key, urls));
    await until(() => sent() > sizeOf(job) / 2, { timeout: this.timeout, what: 'half of it sent' });
    await this.#browser.killWorker(this.#page);
    const at = Date.now();
    const { seen } = await end(urls);
    const again = requests(key).find((each) => each.at >= at);
    const { bytes } = await this.server.sent(key);
    return { ms: seen - at, againMs: again ? again.at - at : NaN, twice: bytes - sizeOf(job) };
  }

  /** Milliseconds that the imports of a worker took, which was started with nothing to do. */
  async start() {
    await this.ask('starts');
    await this.#browser.killWorker(this.#page);
    return this.ask('starts');
  }

  /** The files of a job twice: held by the event of a fetch, and in a cache. @param {Job} job */
  async records(job) {
    this.#records ??= {
      cache: (await this.plain(job, 6, 'keep')).urls,
      held: (await this.background(job, 'hold')).urls,
    };
    return this.#records;
  }

  /** A file of the library, and what keeping it took. @param {Job} job */
  async kept(job) {
    if (this.#kept) return this.#kept;
    const { key, urls } = await this.next(job);
    // By which the worker knows it.
    const url = `${urls[0]}&kept`;
    this.#kept = { url, ...(await this.ask('background', key, 'keep', [url], sizeOf(job))) };
    return this.#kept;
  }

  /** Milliseconds from asking for all from a place on to its first bytes, at some places. @param {string} url @param {Job} job */
  async seek(url, { size }) {
    const places = Array.from({ length: SEEKS }, (_, at) => Math.floor((size * at) / (SEEKS + 0.7)) + at);
    const { times, heads } = await this.ask('seek', url, places);
    this.#heads ??= JSON.stringify(heads);
    if (JSON.stringify(heads) !== this.#heads) throw new PlainError('the bytes are wrong.');
    return times;
  }

  /** The most memory that the browser took during some steps, above what it took before, in bytes. @param {() => Promise<any>} steps */
  async peak(steps) {
    await sleep(REST_MS);
    const idle = memoryBelow(process.pid);
    let most = idle;
    const looking = setInterval(() => (most = Math.max(most, memoryBelow(process.pid))), LOOK_MS);
    try {
      const outcome = await steps();
      return { ...outcome, peak: most - idle };
    } finally {
      clearInterval(looking);
    }
  }

  close() {
    return this.#browser.close();
  }
}

/** Bytes of all files. @param {Job} job */
export const sizeOf = ({ count, size }) => count * size;

/** What is wrong has no speed. @param {Job} job @param {{sizes?: number[], digests?: string[][]}} outcome */
function checkOutcome({ count, size }, { sizes, digests = [] }) {
  if (sizes && (sizes.length !== count || sizes.some((each) => each !== size)))
    throw new PlainError(`of ${count} × ${size} bytes there are ${sizes.length}, of ${[...new Set(sizes)]} bytes.`);
  if (digests.some((each) => each.join() !== digestsOf(size).join())) throw new PlainError('the bytes are wrong.');
}
