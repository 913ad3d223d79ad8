/** The app: puts the library on the page and connects it with the downloads, the player and the log. */
import { Card } from './cards.js';
import { Downloads } from './downloads.js';
import { megabytes } from './format.js';
import { loadLibrary, remove } from './library.js';
import { startLinkPanel } from './link.js';
import { addToLog, announce } from './log.js';
import { closePlayer, play, startPlayer } from './player.js';
import { badFiles } from './verify.js';

/** Screen readers are told of quarters, not of every packet. */
const QUARTERS = 4;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const log = (/** @type {string} */ text) => addToLog('page', text);

/** @param {string} text */
function tellAll(text) {
  announce(text);
  log(text);
}

async function start() {
  showBadge();
  showNetwork();
  startPlayer();
  startLinkPanel(log);
  // Before the worker is registered, so that its first words are heard.
  const channel = new BroadcastChannel('night-ferry');
  channel.addEventListener('message', ({ data }) => data.type === 'log' && addToLog('worker', data.text));
  const library = await loadLibrary();
  byId('credits').textContent = library.items
    .map((item) => item.credit)
    .filter(Boolean)
    .join(' ');
  const registration = await startWorker();
  await new App(library, registration).start(channel);
  await showStorage();
  // For those who drive this page by a program.
  document.documentElement.dataset.ready = 'true';
}

async function startWorker() {
  if (!navigator.serviceWorker) throw new Error('this browser has no service workers here (a private window?)');
  await navigator.serviceWorker.register('/sw.js');
  const registration = await navigator.serviceWorker.ready;
  if (!registration.backgroundFetch)
    throw new Error('this browser has no Background Fetch, and the polyfill is not there');
  return registration;
}

class App {
  #library;
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Map<string, string>} what was announced last */
  #announced = new Map();
  #downloads;

  /** @param {{slice: number, items: import('./library.js').Item[]}} library @param {ServiceWorkerRegistration} registration */
  constructor(library, registration) {
    this.#library = library;
    this.#downloads = new Downloads(registration, (item, status) => this.#show(item, status));
    for (const item of library.items) {
      const card = new Card(item, (action) => this.#act(action, item));
      this.#cards.set(item.id, card);
      byId('cards').append(card.element);
    }
  }

  /** @param {BroadcastChannel} channel */
  async start(channel) {
    channel.addEventListener('message', ({ data }) => this.#hear(data));
    await this.#downloads.takeUp(this.#library.items);
  }

  /** What the worker tells all pages. @param {{type: 'log' | 'settled', id: string, problem: string}} message */
  #hear({ type, id, problem }) {
    const item = this.#library.items.find((each) => each.id === id);
    if (type !== 'settled' || !item) return;
    this.#downloads.settle(item, problem).then(showStorage);
  }

  /** @param {string} action @param {import('./library.js').Item} item */
  async #act(action, item) {
    if (action === 'download') {
      log(`asks for ${item.title}`);
      await this.#downloads.start(item);
    }
    if (action === 'cancel' && (await this.#downloads.cancel(item))) tellAll(`${item.title}: cancelled`);
    if (action === 'play') await play(item);
    if (action === 'check') await this.#check(item);
    if (action === 'remove') {
      if (byId('player').dataset.item === item.id) closePlayer();
      await remove(item);
      await this.#downloads.refresh(item);
      await showStorage();
    }
  }

  /** @param {import('./library.js').Item} item */
  async #check(item) {
    const card = this.#cards.get(item.id);
    card?.say('Comparing every byte with the library’s digests…', 'good');
    const bad = await badFiles(item, this.#library.slice);
    const verdict = bad.length
      ? `Not what the library says: ${bad.join(', ')}`
      : `Every byte is right (${megabytes(item.bytes)}, SHA-256).`;
    card?.say(verdict, bad.length ? 'bad' : 'good');
    tellAll(`${item.title}: ${verdict}`);
  }

  /** @param {import('./library.js').Item} item @param {import('./downloads.js').Status} status */
  #show(item, status) {
    this.#cards.get(item.id)?.show(status);
    const quarter = Math.floor((QUARTERS * status.downloaded) / status.total);
    const news = {
      remote: '',
      saving: '',
      starting: 'download starts',
      running: quarter > 0 && quarter < QUARTERS ? `${(100 * quarter) / QUARTERS} percent` : '',
      stored: 'is in the library',
      failed: status.problem,
    }[status.state];
    if (this.#announced.get(item.id) === news) return;
    // What was there when the page opened is no news.
    const isFirst = !this.#announced.has(item.id) && status.state !== 'starting';
    this.#announced.set(item.id, news);
    if (!news || isFirst) return;
    tellAll(`${item.title}: ${news}`);
  }
}

function showBadge() {
  const isNative = document.documentElement.dataset.native === 'true';
  const kind = isNative ? 'native' : 'BackgroundFetchManager' in self ? 'polyfill' : 'missing';
  const badge = byId('badge');
  badge.dataset.kind = kind;
  badge.textContent = `Background Fetch: ${kind}`;
  badge.title = {
    native: 'This browser has the API itself; the polyfill has installed nothing.',
    polyfill: 'This browser lacks the API; background-fetch-polyfill provides it.',
    missing: 'Neither the browser nor the polyfill provides the API.',
  }[kind];
}

function showNetwork() {
  const chip = byId('network');
  const show = () => {
    chip.dataset.online = String(navigator.onLine);
    chip.textContent = navigator.onLine ? 'online' : 'offline';
  };
  addEventListener('online', show);
  addEventListener('offline', show);
  show();
}

async function showStorage() {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  byId('storage').textContent =
    usage === undefined || !quota ? '' : `${megabytes(usage)} of ${megabytes(quota)} used on this device.`;
}

start().catch((error) => {
  byId('startup-problem').textContent = `The app cannot start: ${error.message}.`;
  byId('startup-problem').hidden = false;
});
