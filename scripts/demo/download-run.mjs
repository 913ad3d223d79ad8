/** One long download in a driven browser, disturbed on the way and compared at its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import cliProgress from 'cli-progress';

import { PlainError } from '../lib/run.mjs';
import { measure } from './media.mjs';

const POLL_MS = 250;
const CUT_MS = 3_000;
const LEAST_BYTES = 200 * 2 ** 20;

/**
 * What happens on the way, when that part of the file has been sent.
 * @type {{at: number, what: 'kill' | 'cut' | 'kill and reload'}[]}
 */
const DISTURBANCES = [
  { at: 0.2, what: 'kill' },
  { at: 0.5, what: 'cut' },
  { at: 0.75, what: 'kill and reload' },
];

export class DownloadRun {
  #demo;
  #browser;
  #app;
  #item;
  #whenKilled;
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
   * @param {import('./app-page.mjs').AppPage} options.app
   * @param {(title: string) => Promise<void>} options.whenKilled looks at the page
   */
  constructor({ demo, browser, app, whenKilled }) {
    this.#demo = demo;
    this.#browser = browser;
    this.#app = app;
    this.#whenKilled = whenKilled;
    const item = demo.library.items.find(({ kind, bytes }) => kind === 'episode' && bytes >= LEAST_BYTES);
    if (!item) throw new PlainError('the library has no episode that is long enough');
    this.#item = item;
  }

  /** Throws when something is in the way; report() tells in any case how far it came. */
  async go() {
    this.#started = Date.now();
    this.#sentBefore = this.#demo.link.bytesSent;
    await this.#app.get(this.#item.id);
    try {
      await this.#follow();
    } finally {
      this.#seconds = (Date.now() - this.#started) / 1000;
      this.#sent = this.#bytesSent();
    }
    await this.#app.kept(this.#item.id);
    this.#isRight = await this.#isKeptRight();
  }

  get item() {
    return this.#item;
  }

  report() {
    return {
      bytes: this.#item.bytes,
      sha256_ok: this.#isRight,
      bytes_sent_over_size: Math.round((1000 * this.#sent) / this.#item.bytes) / 1000,
      kills: this.#kills,
      seconds: Math.round(this.#seconds * 10) / 10,
    };
  }

  /** Watches the page until it says that the file is there. */
  async #follow() {
    const { bytes } = this.#item;
    const todo = [...DISTURBANCES];
    this.#bar.start(bytes, 0, this.#numbers(0));
    try {
      for (;;) {
        const seen = await this.#look();
        if (seen) this.#bar.update(seen.bytes, this.#numbers(seen.bytes));
        if (seen?.state === 'failed') throw new PlainError(`the download failed: ${seen.text}`);
        if (seen?.state === 'done') break;
        if (todo.length && this.#bytesSent() >= todo[0].at * bytes)
          await this.#disturb(/** @type {any} */ (todo.shift()).what);
        if (this.#app.timeLeft <= POLL_MS * 4) throw new PlainError(`out of time (${JSON.stringify(seen)})`);
        await sleep(POLL_MS);
      }
      this.#bar.update(bytes, this.#numbers(bytes));
    } finally {
      this.#bar.stop();
    }
    if (todo.length) throw new PlainError('the download was over before it could be disturbed; try a lower --throttle');
  }

  /** Null while the page is being opened anew after its process was ended. */
  async #look() {
    try {
      return await this.#app.look(this.#item.id);
    } catch {
      this.#note = 'waiting for the page';
      return null;
    }
  }

  /** @param {'kill' | 'cut' | 'kill and reload'} what */
  async #disturb(what) {
    if (what === 'cut') {
      this.#note = 'network was cut';
      await this.#demo.link.cut(CUT_MS);
      return;
    }
    const { page } = this.#app;
    // The browser's own downloads need no worker: it may be asleep, and is to be stopped all the same.
    if (this.#browser.name === 'chromium-native') await page.evaluate(() => fetch('/library.json').then(() => null));
    await this.#browser.killWorker(page);
    this.#kills++;
    this.#note = `worker stopped (${this.#kills})`;
    if (what === 'kill and reload') await this.#app.reload();
    await this.#whenKilled(this.#item.title);
  }

  /** Every byte that is kept, as a player reads it, against the file as it lies on the server's disk. */
  async #isKeptRight() {
    const { page, timeLeft } = this.#app;
    page.timeout = timeLeft;
    const [kept, real] = await Promise.all([
      page.evaluate(async (/** @type {string} */ id) => {
        // These are the page's own modules.
        const [{ digestsOf }, { loadLibrary }] = await Promise.all([import('/js/verify.js'), import('/js/library.js')]);
        const { items, slice } = await loadLibrary();
        return digestsOf(items.find((item) => item.id === id).files[0], slice);
      }, this.#item.id),
      measure(this.#item.files[0].path),
    ]);
    return real.bytes >= LEAST_BYTES && kept.join() === real.slices.join();
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
}
