/** The demo's page in a driven browser: what a person sees of it, and taps. */
import { PlainError } from '../lib/run.mjs';

const START_TIMEOUT = 60_000;

export class AppPage {
  /** What drives it: a page of tests/harness. @type {any} */
  page;
  #browser;
  #deadline;

  /** @param {any} browser a driver of tests/harness @param {number} deadline of all, as of Date.now() */
  constructor(browser, deadline) {
    this.#browser = browser;
    this.#deadline = deadline;
  }

  get timeLeft() {
    return Math.max(1_000, this.#deadline - Date.now());
  }

  /** @param {string} url @returns {Promise<string>} who downloads, as the page says */
  async open(url) {
    this.page = await this.#browser.newPage(url);
    return this.#ready();
  }

  async reload() {
    await this.page.reload();
    return this.#ready();
  }

  async #ready() {
    const state = await this.page.waitFor(
      () => document.documentElement.dataset.ready || document.getElementById('startup-problem')?.textContent,
      { timeout: Math.min(START_TIMEOUT, this.timeLeft) },
    );
    if (state !== 'true') throw new PlainError(state);
    return this.page.evaluate(() => document.getElementById('badge')?.dataset.kind);
  }

  /** Taps on the button of a download. @param {string} id */
  async get(id) {
    await this.page.waitFor(buttonIs, { args: [id, ['none']], timeout: this.timeLeft });
    await this.page.evaluate(tapButton, id);
  }

  /** Taps on one of the app's own buttons. @param {string} id @param {'play' | 'check'} action */
  tap(id, action) {
    return this.page.evaluate(
      (of, name) => /** @type {HTMLElement} */ (document.querySelector(`#item-${of} [data-action="${name}"]`)).click(),
      id,
      action,
    );
  }

  /** Resolves when the worker has kept it, too: where the browser downloads, that is later. @param {string} id */
  async kept(id) {
    await this.page.waitFor(isKept, { args: [id], timeout: this.timeLeft });
    await this.page.waitFor(buttonIs, { args: [id, ['done']], timeout: this.timeLeft });
  }

  /** What the button of a download shows. @param {string} id @returns {Promise<{state: string, bytes: number, text: string}>} */
  look(id) {
    return this.page.evaluate(lookAtButton, id);
  }

  /** What the list shows. @returns {Promise<{title: string, state: string, share: number, text: string}[]>} */
  list() {
    return this.page.evaluate(lookAtList);
  }

  /** @param {string} file */
  screenshot(file) {
    return this.page.screenshot(file);
  }
}

/* These run in the page. */

const buttonIs = (/** @type {string} */ id, /** @type {string[]} */ states) =>
  states.includes(document.querySelector(`background-fetch-button[fetch-id="${id}"]`)?.dataset.state);

const tapButton = (/** @type {string} */ id) =>
  document.querySelector(`background-fetch-button[fetch-id="${id}"]`)?.shadowRoot.querySelector('button').click();

const isKept = async (/** @type {string} */ id) => {
  const { get } = await import(`${location.origin}/dist/offline.mjs`);
  return Boolean(await get(id));
};

function lookAtButton(/** @type {string} */ id) {
  const { dataset, shadowRoot } = document.querySelector(`background-fetch-button[fetch-id="${id}"]`);
  const { value } = shadowRoot.querySelector('progress');
  return { state: dataset.state, bytes: value, text: shadowRoot.querySelector('.text').textContent };
}

function lookAtList() {
  const { shadowRoot } = document.querySelector('background-fetch-downloads');
  return [...shadowRoot.querySelectorAll('li')].map((line) => ({
    title: line.querySelector('.title').textContent,
    state: line.dataset.state,
    share: line.querySelector('progress').position,
    text: line.querySelector('.text').textContent,
  }));
}
