/** Plays what is stored: audio with chapters, video, or a board of pads. */
import { clock } from './format.js';
import { storedBlob } from './library.js';

const PADS_IN_ROW = 8;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** @type {string[]} blob URLs to give back */
let borrowed = [];

export function startPlayer() {
  byId('player-close').addEventListener('click', closePlayer);
}

export function closePlayer() {
  for (const media of /** @type {NodeListOf<HTMLMediaElement>} */ (
    byId('player-stage').querySelectorAll('audio, video')
  ))
    media.pause();
  byId('player-stage').replaceChildren();
  byId('player').hidden = true;
  delete byId('player').dataset.item;
  for (const url of borrowed) URL.revokeObjectURL(url);
  borrowed = [];
}

/** @param {import('./library.js').Item} item */
export async function play(item) {
  closePlayer();
  byId('player-show').textContent = item.show;
  byId('player-title').textContent = item.title;
  byId('player-note').textContent = 'Played from the cache of this browser.';
  const stage = item.kind === 'sounds' ? await padBoard(item) : await mediaStage(item);
  byId('player-stage').replaceChildren(...stage);
  byId('player').dataset.item = item.id;
  byId('player').hidden = false;
  byId('player').scrollIntoView({ block: 'nearest' });
  byId('player').focus({ preventScroll: true });
}

/**
 * The app's worker answers media requests from the cache, in parts. A page that it does not control yet
 * (the first visit, a forced reload) takes the bytes as a blob.
 * @param {import('./library.js').MediaFile} file
 */
async function playable(file) {
  if (navigator.serviceWorker.controller) return file.url;
  const blob = await storedBlob(file);
  const url = URL.createObjectURL(blob ?? new Blob());
  borrowed.push(url);
  return url;
}

/** @param {import('./library.js').Item} item */
async function mediaStage(item) {
  const isFilm = item.kind === 'film';
  const media = document.createElement(isFilm ? 'video' : 'audio');
  const file = item.files.find(({ type }) => /^(audio|video)\//.test(type));
  const poster = item.files.find(({ type }) => type.startsWith('image/'));
  media.controls = true;
  // Otherwise Firefox loads media of another origin past the worker, from the network alone.
  media.crossOrigin = 'anonymous';
  media.setAttribute('aria-label', item.title);
  if (media instanceof HTMLVideoElement && poster) media.poster = await playable(poster);
  media.addEventListener('error', () => {
    const isUnknown = media.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    const reason = isUnknown ? `this browser has no decoder for ${file?.type}` : media.error?.message;
    byId('player-note').textContent = `It does not play here: ${reason}.`;
  });
  if (file) media.src = await playable(file);
  media.play().catch(() => {}); // not without a gesture: the controls are there
  return item.chapters ? [media, chapterList(item.chapters, media)] : [media];
}

/** @param {{title: string, at: number}[]} chapters @param {HTMLMediaElement} media */
function chapterList(chapters, media) {
  const list = document.createElement('ol');
  list.className = 'chapters';
  list.setAttribute('aria-label', 'Chapters');
  const buttons = chapters.map(({ title, at }) => {
    const button = document.createElement('button');
    button.type = 'button';
    const time = document.createElement('span');
    time.textContent = clock(at);
    button.append(time, title);
    button.addEventListener('click', () => {
      media.currentTime = at;
      media.play().catch(() => {});
    });
    const line = document.createElement('li');
    line.append(button);
    list.append(line);
    return button;
  });
  media.addEventListener('timeupdate', () => {
    const current = chapters.findLastIndex(({ at }) => at <= media.currentTime + 0.05);
    for (const [i, button] of buttons.entries()) button.setAttribute('aria-current', String(i === current));
  });
  return list;
}

/** @param {import('./library.js').Item} item */
async function padBoard(item) {
  const board = document.createElement('div');
  board.className = 'pads';
  board.setAttribute('role', 'group');
  board.setAttribute('aria-label', `${item.title}: arrow keys move, Enter plays`);
  const urls = await Promise.all(item.files.map(playable));
  const pads = item.files.map((file, i) => pad(file, urls[i]));
  pads[0].tabIndex = 0;
  board.append(...pads);
  board.addEventListener('keydown', (event) => moveFocus(event, pads));
  return [board];
}

/** @param {import('./library.js').MediaFile} file @param {string} url */
function pad(file, url) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = file.name;
  button.tabIndex = -1;
  button.dataset.family = file.name.split(' ')[0];
  button.addEventListener('click', () => {
    const sound = new Audio();
    sound.crossOrigin = 'anonymous';
    sound.src = url;
    button.classList.add('sounding');
    const quiet = () => button.classList.remove('sounding');
    sound.addEventListener('ended', quiet);
    sound.play().catch((error) => {
      quiet();
      byId('player-note').textContent = `It does not play here: ${error.message}`;
    });
  });
  return button;
}

/** One stop of the Tab key for all pads; arrows go from pad to pad. @param {KeyboardEvent} event @param {HTMLElement[]} pads */
function moveFocus(event, pads) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: PADS_IN_ROW, ArrowUp: -PADS_IN_ROW }[event.key];
  const from = pads.indexOf(/** @type {HTMLElement} */ (event.target));
  const to = pads[from + (step ?? 0)];
  if (!step || !to) return;
  event.preventDefault();
  pads[from].tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
