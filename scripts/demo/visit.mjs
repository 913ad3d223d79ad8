/** All that the demo shows, in a driven browser, one after the other. */
import { PlainError } from '../lib/run.mjs';
import { AppPage } from './app-page.mjs';
import { MAP } from './catalogue.mjs';
import { getChart } from './chart-run.mjs';
import { DownloadRun } from './download-run.mjs';
import { chooseFilm, playOffline } from './offline-run.mjs';

/** For so long the list may take to be right again, in milliseconds. */
const LIST_PATIENCE = 30_000;
const UNDER_WAY = ['running', 'waiting', 'finishing'];

export class Visit {
  #demo;
  #browser;
  #say;
  #app;
  #run;
  /** What has come, by its title. @type {string[]} */
  #done = [];
  /** @type {Record<string, unknown>} */
  #report = {};
  #lists = 0;

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
    const app = (this.#app = new AppPage(browser, deadline));
    const whenKilled = (/** @type {string} */ title) => this.#expectList({ [title]: UNDER_WAY });
    this.#run = new DownloadRun({ demo, browser, app, whenKilled });
  }

  /** Throws when something is in the way; report() tells in any case how far it came. */
  async go() {
    await this.#open();
    // The browser's own takes minutes for so many files.
    if (this.#browser.name !== 'chromium-native') await this.#getChart();
    const film = await this.#getFilm();
    await this.#run.go();
    this.#done.push(this.#run.item.title);
    await this.#leaveNetwork();
    Object.assign(this.#report, await playOffline(this.#app, film));
    this.#say(`played without a network: ${film.title}, sought in ${this.#report.seek_ms} ms`);
  }

  report() {
    const { name } = this.#browser;
    return { browser: name, ...this.#run.report(), lists_ok: this.#lists, ...this.#report };
  }

  /** With the page's own verdict on the bytes. @param {string} file */
  async screenshot(file) {
    const { id } = this.#run.item;
    await this.#app.tap(id, 'check');
    await this.#app.page.waitFor(
      (/** @type {string} */ of) =>
        /right|Not what/.test(document.querySelector(`#item-${of} .said`)?.textContent ?? ''),
      { args: [id], timeout: this.#app.timeLeft },
    );
    await this.#app.screenshot(file);
    this.#say(`the page is in ${file}`);
  }

  async #open() {
    const badge = await this.#app.open(this.#demo.url);
    this.#say(`the page says: ${badge}`);
    const expected = this.#browser.name === 'chromium-native' ? 'native' : 'polyfill';
    if (badge !== expected) throw new PlainError(`the badge should say ${expected}`);
  }

  async #getChart() {
    const figures = await getChart(this.#app);
    Object.assign(this.#report, figures);
    const [longest, idle] = [figures.longest_task_ms, figures.idle_task_ms].map((ms) => (ms ? `${ms} ms` : 'no time'));
    this.#say(
      `${figures.tiles} tiles in ${figures.tiles_seconds} s; by ${figures.tasks_by}, the page was busy for ${longest} at most, ` +
        `and for ${idle} while it did nothing`,
    );
    this.#done.push(MAP.title);
  }

  async #getFilm() {
    const film = await chooseFilm(this.#app, this.#demo.library);
    await this.#app.get(film.id);
    await this.#app.kept(film.id);
    this.#done.push(film.title);
    return film;
  }

  /** The servers are gone, the worker is, and the page is opened again. */
  async #leaveNetwork() {
    await this.#demo.vanish();
    await this.#browser.killWorker(this.#app.page);
    await this.#app.reload();
    await this.#expectList({});
  }

  /** That the list has what has come and these, and nothing else. @param {Record<string, string[]>} others */
  async #expectList(others) {
    const wanted = { ...Object.fromEntries(this.#done.map((title) => [title, ['done']])), ...others };
    const deadline = Date.now() + Math.min(LIST_PATIENCE, this.#app.timeLeft);
    let seen = [];
    do {
      seen = await this.#app.list().catch(() => []);
      const isRight = seen.every(({ title, state }) => wanted[title]?.includes(state));
      if (isRight && seen.length === Object.keys(wanted).length) {
        this.#lists++;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (Date.now() < deadline);
    throw new PlainError(`the list is not right: ${JSON.stringify({ seen, wanted })}`);
  }
}
