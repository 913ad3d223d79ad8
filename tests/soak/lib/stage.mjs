/** The browser on its one profile, the two origins and the app's pages: what there is, and what can be done to it. */

import { readFileSync } from 'node:fs';
import { Context } from '../../e2e/lib/context.mjs';
import { launch } from '../../harness/launch.mjs';
import { descendants, sleep, within } from '../../harness/process.mjs';

const CALL_TIMEOUT = 30_000;
const MOST_TABS = 3;
const PAGE_BYTES = 4096;
const KEPT_LINES = 4000;
/** Bytes; a pebibyte is more than any browser has to give. */
const BEYOND_ALL = 2 ** 50;

/**
 * Firefox counts below 0, which reads as 2^64, after some kills in the middle of a put: then it refuses everything
 * that anybody wants to store for the origin, until it is started again. @param {{usage: number} | null | undefined} storage
 */
export const isLostCount = (storage) => (storage?.usage ?? 0) > BEYOND_ALL;

export class Stage {
  /** The newest last: it is the one in front. @type {any[]} */
  pages = [];
  /** @type {import('./oracle.mjs').Interruption[]} */
  interruptions = [];
  /** @type {Record<string, number>} */
  counts = {};
  /** Calls of the drivers that failed, with the time. @type {string[]} */
  troubles = [];
  /** @type {{at: number, text: string}[]} */
  lines = [];
  /** The newest row of the app's log that was read. */
  #lastRow = 0;

  /** @param {string} name of the browser @param {string} dist @param {'h1' | 'h2'} protocol of the origins */
  static async start(name, dist, protocol) {
    const stage = new Stage();
    stage.browser = await launch(/** @type {any} */ (name));
    stage.browser.on('console', ({ type, text }) => {
      stage.lines.push({ at: Date.now(), text: `${type}: ${text}` });
      if (stage.lines.length > KEPT_LINES) stage.lines.shift();
    });
    stage.context = await new Context({ browser: stage.browser, dist, protocol }).start();
    stage.protocol = protocol;
    stage.own = stage.context.origin;
    stage.other = await stage.context.startOrigin();
    stage.own.setPeer(stage.other.url);
    await stage.openTab();
    return stage;
  }

  /** The tab in front; null while there is none. */
  get page() {
    return this.pages.at(-1) ?? null;
  }

  get hasRoomForTab() {
    return this.pages.length < MOST_TABS;
  }

  async openTab() {
    const page = await within(this.context.open({ do: ['patient-log'] }), CALL_TIMEOUT, 'opening a tab');
    page.timeout = CALL_TIMEOUT;
    this.pages.push(page);
    return page;
  }

  /** @param {any} page */
  async closeTab(page) {
    this.pages = this.pages.filter((each) => each !== page);
    await this.context.close(page);
  }

  /** @param {any} page */
  async reload(page) {
    await page.reload();
    await page.evaluate(() => app.ready.then(() => null));
  }

  async relaunch() {
    this.pages = [];
    await this.context.relaunch();
    await this.openTab();
  }

  /** When nothing else helps: whatever state the browser is in, it is killed and started again. */
  async recover() {
    for (let tries = 1; ; tries++) {
      try {
        return await this.relaunch();
      } catch (error) {
        this.trouble('relaunch', error);
        if (tries === 3) throw error;
        await sleep(1_000);
      }
    }
  }

  /** @param {string} what @param {unknown} error @param {object | null} [storage] */
  trouble(what, error, storage) {
    const estimate = storage ? ` ${JSON.stringify(storage)}` : '';
    this.troubles.push(`${new Date().toISOString()} ${what}: ${String(error).slice(0, 300)}${estimate}`);
  }

  /**
   * Runs an action, and notes when it was, so that the oracle knows what it may explain.
   * @param {string} kind @param {() => Promise<unknown>} action
   */
  async interrupt(kind, action) {
    const interruption = { start: Date.now(), end: Infinity, kind };
    this.interruptions.push(interruption);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    try {
      await action();
    } finally {
      interruption.end = Date.now();
    }
  }

  /** The rows of the app's log that are new. @returns {Promise<any[]>} */
  async newRows() {
    const { page } = this;
    if (!page) return [];
    const found = await page.evaluate((last) => log.since(last), this.#lastRow);
    this.#lastRow = found.at(-1)?.key ?? this.#lastRow;
    return found;
  }

  /** Megabytes of the browser with all its processes. */
  memory() {
    const bytes = descendants(process.pid).map(({ pid }) => {
      try {
        return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
      } catch {
        return 0; // ended while we were looking
      }
    });
    return bytes.reduce((sum, each) => sum + each, 0) / 1e6;
  }

  /** What the browser counts for our origin; null where it does not tell, or there is no page. @returns {Promise<{usage: number, quota: number} | null>} */
  async storage() {
    const asked = this.page?.evaluate(async () => {
      const { usage, quota } = await navigator.storage.estimate();
      return { usage, quota };
    });
    return (await asked?.catch(() => null)) ?? null;
  }

  /** Requests of files, by key, of both origins. */
  requestsByKey() {
    /** @type {Map<string, any[]>} */
    const all = new Map();
    for (const origin of [this.own, this.other]) {
      for (const entry of origin.requests()) {
        const list = all.get(entry.key);
        if (list) list.push(entry);
        else all.set(entry.key, [entry]);
      }
    }
    return all;
  }

  async close() {
    await this.context.end();
    await this.browser.close();
  }
}
