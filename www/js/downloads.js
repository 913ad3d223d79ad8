/**
 * Downloads by the Background Fetch API, as an app for any browser that has it is written. Nothing in
 * this file knows of a polyfill.
 */
import { isStored } from './library.js';

/** After the download the worker puts it in the cache; should its message get lost, this finds out. */
const SAVING_POLL_MS = 1_000;

const REASONS = {
  'bad-status': 'The server refused one of the files.',
  'fetch-error': 'The network gave up on it.',
  'quota-exceeded': 'There is not enough room on this device.',
  'download-total-exceeded': 'It was larger than announced.',
};

/**
 * @typedef {'remote' | 'starting' | 'running' | 'saving' | 'stored' | 'failed'} State
 * @typedef {{state: State, downloaded: number, total: number, problem: string}} Status
 */

export class Downloads {
  #registration;
  #onChange;
  /** @type {Map<string, Status>} */
  #statuses = new Map();

  /**
   * @param {ServiceWorkerRegistration} registration
   * @param {(item: import('./library.js').Item, status: Status) => void} onChange
   */
  constructor(registration, onChange) {
    this.#registration = registration;
    this.#onChange = onChange;
  }

  /** @param {string} id */
  statusOf(id) {
    return this.#statuses.get(id);
  }

  /** Finds what is stored and what is still running from an earlier visit. @param {import('./library.js').Item[]} items */
  async takeUp(items) {
    const running = new Set(await this.#registration.backgroundFetch.getIds());
    for (const item of items) {
      const fetch = running.has(item.id) ? await this.#registration.backgroundFetch.get(item.id) : undefined;
      if (fetch) this.#follow(item, fetch);
      else await this.refresh(item);
    }
  }

  /** @param {import('./library.js').Item} item */
  async start(item) {
    this.#set(item, { state: 'starting', downloaded: 0, total: item.bytes, problem: '' });
    try {
      const urls = item.files.map((file) => file.url);
      const fetch = await this.#registration.backgroundFetch.fetch(item.id, urls, {
        title: `${item.title} (Night Ferry)`,
        icons: [{ src: '/icons/app-192.png', sizes: '192x192', type: 'image/png' }],
        downloadTotal: item.bytes,
      });
      this.#follow(item, fetch);
    } catch (error) {
      this.#set(item, { state: 'failed', problem: `The browser says: ${error.message}` });
    }
  }

  /** @param {import('./library.js').Item} item @returns {Promise<boolean>} false: it was over already */
  async cancel(item) {
    const fetch = await this.#registration.backgroundFetch.get(item.id);
    return (await fetch?.abort()) ?? false;
  }

  /** What the cache says. @param {import('./library.js').Item} item */
  async refresh(item) {
    const state = (await isStored(item)) ? 'stored' : 'remote';
    this.#set(item, { state, downloaded: 0, total: item.bytes, problem: '' });
  }

  /** The worker has put it in the cache, or could not. @param {import('./library.js').Item} item @param {string} problem */
  async settle(item, problem) {
    if (problem) this.#set(item, { state: 'failed', problem });
    else await this.refresh(item);
  }

  /** @param {import('./library.js').Item} item @param {any} fetch a BackgroundFetchRegistration */
  #follow(item, fetch) {
    const look = () => {
      if (this.statusOf(item.id)?.state === 'stored') return;
      if (fetch.result === 'success') return this.#awaitSaving(item);
      if (fetch.failureReason === 'aborted') return this.refresh(item);
      if (fetch.result === 'failure') {
        const problem = REASONS[/** @type {keyof typeof REASONS} */ (fetch.failureReason)] ?? fetch.failureReason;
        return this.#set(item, { state: 'failed', problem });
      }
      this.#set(item, {
        state: 'running',
        downloaded: fetch.downloaded,
        total: fetch.downloadTotal || item.bytes,
        problem: '',
      });
    };
    fetch.addEventListener('progress', look);
    look();
  }

  /** @param {import('./library.js').Item} item */
  #awaitSaving(item) {
    if (this.statusOf(item.id)?.state === 'saving') return;
    this.#set(item, { state: 'saving', downloaded: item.bytes, total: item.bytes });
    const timer = setInterval(async () => {
      const isSaving = this.statusOf(item.id)?.state === 'saving';
      if (isSaving && !(await isStored(item))) return;
      clearInterval(timer);
      if (isSaving) await this.refresh(item);
    }, SAVING_POLL_MS);
  }

  /** @param {import('./library.js').Item} item @param {Partial<Status>} change */
  #set(item, change) {
    const before = this.statusOf(item.id) ?? { state: 'remote', downloaded: 0, total: item.bytes, problem: '' };
    const status = { ...before, ...change };
    this.#statuses.set(item.id, status);
    this.#onChange(item, status);
  }
}
