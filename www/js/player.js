/** Plays what is stored: audio with chapters, video, or a board of pads. */
import { get, match } from '/dist/offline.mjs';
import { clock } from './format.js';
import { padBoard } from './pads.js';

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** @type {string[]} blob URLs to give back */
let borrowed = [];

const note = (/** @type {string} */ text) => {
  byId('player-note').textContent = text;
};

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
  note((await get(item.id)) ? 'Played from what is kept on this device.' : 'Played from the network.');
  const urls = await Promise.all(item.files.map(playable));
  const stage = item.kind === 'sounds' ? padBoard(item, urls, note) : mediaStage(item, urls);
  byId('player-stage').replaceChildren(...stage);
  byId('player').dataset.item = item.id;
  byId('player').hidden = false;
  byId('player').scrollIntoView({ block: 'nearest' });
  byId('player').focus({ preventScroll: true });
}

/**
 * The app's worker answers media requests from what is kept, in parts. A page that it does not control (after a forced
 * reload) takes the bytes as a blob.
 * @param {import('./library.js').MediaFile} file
 */
async function playable(file) {
  if (navigator.serviceWorker.controller) return file.url;
  const response = await match(file.url);
  if (!response) return file.url;
  const url = URL.createObjectURL(await response.blob());
  borrowed.push(url);
  return url;
}

/** @param {import('./library.js').Item} item @param {string[]} urls of its files */
function mediaStage(item, urls) {
  const media = document.createElement(item.kind === 'film' ? 'video' : 'audio');
  const place = item.files.findIndex(({ type }) => /^(audio|video)\//.test(type));
  const poster = item.files.findIndex(({ type }) => type.startsWith('image/'));
  media.controls = true;
  // Otherwise Firefox loads media of another origin past the worker, from the network alone.
  media.crossOrigin = 'anonymous';
  media.setAttribute('aria-label', item.title);
  if (media instanceof HTMLVideoElement && poster >= 0) media.poster = urls[poster];
  media.addEventListener('error', () => {
    const isUnknown = media.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    const reason = isUnknown ? `this browser has no decoder for ${item.files[place].type}` : media.error?.message;
    note(`It does not play here: ${reason}.`);
  });
  media.src = urls[place];
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
