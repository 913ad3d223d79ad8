/** One download in a driven browser, disturbed on the way and checked at its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import cliProgress from 'cli-progress';

import { PlainError } from '../lib/run.mjs';
import { measure } from './media.mjs';

const POLL_MS = 250;
const CUT_MS = 3_000;
const LEAST_BYTES = 200 * 2 ** 20;

/**
 * What happens on the way, when that part of the file has been sent.
 * @type {{at: number, what: 'kill' | 'cut'}[]}
 */
const DISTURBANCES = [
  { at: 0.2, what: 'kill' },
  { at: 0.5, what: 'cut' },
  { at: 0.75, what: 'kill' },
];

export class DownloadRun {
  #demo;
  #browser;
  #say;
  #deadline;
  #item;
  /** @type {import('../../tests/harness/page.mjs').Page & Record<string, any> | undefined} */
  #page;
  #started = 0;
  #seconds = 0;
  #sentBefore = 0;
  #sent = 0;
  #kills = 0;
  #isRight = false;
  #note = '';
  #bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage} % | {megabytes} of {size} MB | sent {sent} MB | {seconds} s | {note}',
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      barsize: 30,
      hideCursor: true,
      clearOnComplete: false,
    },
    cliProgress.Presets.shades_classic,
  );

  /**
   * @param {object} options
   * @param {Awaited<ReturnType<typeof import('./serve.mjs').serveDemo>>} options.demo
   * @param {any} options.browser a driver of tests/harness
   * @param {(line: string) => void} options.say
   * @param {number} options.deadline
   */
  constructor({ demo, browser, say, deadline }) {
    this.#demo = demo;
    this.#browser = browser;
    this.#say = say;
    this.#deadline = deadline;
    const item = demo.library.items.find((each) => each.files.length === 1 && each.bytes >= LEAST_BYTES);
    if (!item) throw new PlainError('the library has no file that is long enough');
    this.#item = item;
  }

  /** Throws when something is in the way; report() tells in any case how far it came. */
  async go() {
    await this.#open();
    this.#started = Date.now();
    this.#sentBefore = this.#demo.link.bytesSent;
    await this.#press('download');
    try {
      await this.#follow();
    } finally {
      this.#seconds = (Date.now() - this.#started) / 1000;
      this.#sent = this.#bytesSent();
    }
    this.#say('comparing every byte in the app’s cache');
    this.#isRight = await this.#isStoredRight();
  }

  report() {
    return {
      browser: this.#browser.name,
      bytes: this.#item.bytes,
      sha256_ok: this.#isRight,
      bytes_sent_over_size: Math.round((1000 * this.#sent) / this.#item.bytes) / 1000,
      kills: this.#kills,
      seconds: Math.round(this.#seconds * 10) / 10,
    };
  }

  /** With the page's own verdict on the bytes. @param {string} file */
  async screenshot(file) {
    await this.#press('check');
    await this.#page?.waitFor(
      (id) => /right|Not what/.test(document.querySelector(`[data-item="${id}"] .problem`)?.textContent ?? ''),
      {
        args: [this.#item.id],
        timeout: Math.max(1_000, this.#timeLeft()),
      },
    );
    await this.#page?.screenshot(file);
    this.#say(`the page is in ${file}`);
  }

  async #open() {
    const page = (this.#page = await this.#browser.newPage(this.#demo.url));
    const state = await page.waitFor(
      () => document.documentElement.dataset.ready || document.getElementById('startup-problem')?.textContent,
      { timeout: Math.min(60_000, this.#timeLeft()) },
    );
    if (state !== 'true') throw new PlainError(state);
    const badge = await page.evaluate(() => document.getElementById('badge')?.dataset.kind);
    this.#say(`the page says: ${badge}`);
    const expected = this.#browser.name === 'chromium-native' ? 'native' : 'polyfill';
    if (badge !== expected) throw new PlainError(`the badge should say ${expected}`);
  }

  /** @param {string} action */
  #press(action) {
    return this.#page?.evaluate(
      (id, name) =>
        /** @type {HTMLElement} */ (document.querySelector(`[data-item="${id}"] [data-action="${name}"]`)).click(),
      this.#item.id,
      action,
    );
  }

  /** Watches the page until it says that the file is stored. */
  async #follow() {
    const { bytes } = this.#item;
    const todo = [...DISTURBANCES];
    this.#bar.start(bytes, 0, this.#numbers(0));
    try {
      for (;;) {
        const card = await this.#look();
        if (card) this.#bar.update(card.downloaded, this.#numbers(card.downloaded));
        if (card?.state === 'failed') throw new PlainError(`the download failed: ${card.problem}`);
        if (card?.state === 'stored') break;
        if (todo.length && this.#bytesSent() >= todo[0].at * bytes)
          await this.#disturb(/** @type {any} */ (todo.shift()).what);
        if (this.#timeLeft() < 0) throw new PlainError(`out of time (${JSON.stringify(card)})`);
        await sleep(POLL_MS);
      }
      this.#bar.update(bytes, this.#numbers(bytes));
    } finally {
      this.#bar.stop();
    }
    if (todo.length) throw new PlainError('the download was over before it could be disturbed; try a lower --throttle');
  }

  /** The card on the page; null while the page is being opened anew after its process was ended. */
  async #look() {
    try {
      return await this.#page?.evaluate((id) => {
        const card = /** @type {HTMLElement} */ (document.querySelector(`[data-item="${id}"]`));
        const { state, downloaded } = card.dataset;
        return { state, downloaded: Number(downloaded), problem: card.querySelector('.problem')?.textContent };
      }, this.#item.id);
    } catch {
      this.#note = 'waiting for the page';
      return null;
    }
  }

  /** @param {'kill' | 'cut'} what */
  async #disturb(what) {
    if (what === 'cut') {
      this.#note = 'network was cut';
      await this.#demo.link.cut(CUT_MS);
      return;
    }
    // The browser's own downloads need no worker: it may be asleep, and is to be stopped all the same.
    if (this.#browser.name === 'chromium-native')
      await this.#page?.evaluate(() => fetch('/library.json').then(() => null));
    await this.#browser.killWorker(this.#page);
    this.#kills++;
    this.#note = `worker stopped (${this.#kills})`;
  }

  /** Every byte, as it lies in the app's own cache, against the file as it lies on the server's disk. */
  async #isStoredRight() {
    const page = this.#page;
    if (!page) return false;
    page.timeout = Math.max(1_000, this.#timeLeft());
    const [stored, real] = await Promise.all([
      page.evaluate(async (id) => {
        // These are the page's own modules.
        const [{ digestsOf }, { loadLibrary }] = await Promise.all([import('/js/verify.js'), import('/js/library.js')]);
        const { items, slice } = await loadLibrary();
        return digestsOf(items.find((item) => item.id === id).files[0], slice);
      }, this.#item.id),
      measure(this.#item.files[0].path),
    ]);
    return real.bytes >= LEAST_BYTES && stored.join() === real.slices.join();
  }

  #bytesSent() {
    return this.#demo.link.bytesSent - this.#sentBefore;
  }

  /** @param {number} downloaded */
  #numbers(downloaded) {
    const mega = (/** @type {number} */ value) => (value / 1e6).toFixed(0);
    return {
      megabytes: mega(downloaded),
      size: mega(this.#item.bytes),
      sent: mega(this.#bytesSent()),
      seconds: ((Date.now() - this.#started) / 1000).toFixed(0),
      note: this.#demo.link.isCut ? 'network is cut' : this.#note,
    };
  }

  #timeLeft() {
    return this.#deadline - Date.now();
  }
}
