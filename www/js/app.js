/** The app: connects the library, the elements that show downloads, the player and the log. */
import '/dist/window.mjs';
import '/dist/downloads.mjs';
import { canStore } from '/dist/extras.mjs';
import { addCard, say } from './card.js';
import { startChart } from './chart.js';
import { showBadge, showNetwork, showStorage } from './chips.js';
import { megabytes } from './format.js';
import { describe, loadLibrary } from './library.js';
import { addToLog, listenToWorker } from './log.js';
import { startNetworkPanel } from './network.js';
import { Outbox } from './outbox.js';
import { closePlayer, play, startPlayer } from './player.js';
import { badFiles } from './verify.js';

/** What the elements ask for before they do it. */
const REQUESTS = ['get', 'pause', 'resume', 'cancel', 'retry', 'remove'];

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const log = (/** @type {string} */ text) => addToLog('page', text);

async function start() {
  showBadge();
  showNetwork();
  showStorage();
  startPlayer();
  // Before the worker is registered, so that its first words are heard.
  listenToWorker();
  const library = await loadLibrary();
  showLibrary(library);
  startChart(library, log);
  const registration = await startWorker();
  const outbox = new Outbox(registration, library.media, log);
  describeAll(library, outbox);
  startNetworkPanel(registration, log);
  // For those who drive this page by a program.
  document.documentElement.dataset.ready = 'true';
}

async function startWorker() {
  if (!navigator.serviceWorker) throw new Error('this browser has no service workers here (a private window?)');
  await navigator.serviceWorker.register('/sw.js', { type: 'module' });
  const registration = await navigator.serviceWorker.ready;
  if (!registration.backgroundFetch)
    throw new Error('this browser has no Background Fetch, and the polyfill is not there');
  return registration;
}

/** @param {import('./library.js').Library} library */
function showLibrary({ items, slice }) {
  const credits = items.map(({ credit }) => credit).filter(Boolean);
  byId('credits').textContent = credits.join(' ');
  for (const item of items) {
    if (item.kind === 'map') continue;
    addCard(item, { play, check: () => check(item, slice) });
    if (item.plays && !document.createElement('video').canPlayType(item.plays))
      say(item.id, 'This browser has no decoder for it.', 'bad');
  }
}

/** @param {import('./library.js').Item} item @param {number} slice */
async function check(item, slice) {
  say(item.id, 'Comparing every byte with the library’s digests…', 'good');
  const bad = await badFiles(item, slice);
  const verdict = bad.length
    ? `Not what the library says: ${bad.join(', ')}`
    : `Every byte is right (${megabytes(item.bytes)}, SHA-256).`;
  say(item.id, verdict, bad.length ? 'bad' : 'good');
  log(`${item.title}: ${verdict}`);
}

/**
 * Tells the elements what they show, and hears what they are asked for.
 * @param {import('./library.js').Library} library @param {Outbox} outbox
 */
function describeAll({ items }, outbox) {
  const all = new Map(items.map((item) => [item.id, item]));
  const describeOne = (/** @type {string} */ id) => {
    const item = all.get(id);
    return item ? describe(item) : outbox.describe(id);
  };
  /** @type {any} */ for (const element of document.querySelectorAll(
    'background-fetch-button, background-fetch-downloads',
  ))
    element.describe = describeOne;
  for (const request of REQUESTS) {
    addEventListener(`${request}request`, (event) => {
      const { id } = /** @type {CustomEvent<{id: string}>} */ (event).detail;
      const { title = id, requests } = describeOne(id) ?? {};
      log(`${request}: ${title}`);
      if (request === 'retry' && !requests) log('the file has to be chosen again');
      const item = all.get(id);
      if (request === 'get' && item) warnOfRoom(item);
      if (request === 'remove' && byId('player').dataset.item === id) closePlayer();
    });
  }
}

/** @param {import('./library.js').Item} item */
async function warnOfRoom({ id, bytes }) {
  const hasRoom = await canStore(bytes);
  if (!hasRoom) say(id, `This browser says that it has no room for ${megabytes(bytes)}.`, 'bad');
}

start().catch((error) => {
  byId('startup-problem').textContent = `The app cannot start: ${error.message}.`;
  byId('startup-problem').hidden = false;
});
