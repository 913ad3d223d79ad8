importScripts('/dist/sw.js');

/*
 * The app's worker: takes finished downloads into the library, plays them from there, and opens the app
 * without a network. Written for the standard API; the line above is all that the polyfill needs.
 */
const SHELL = 'shell-1';
const LIBRARY = 'library';
const SHELL_FILES = [
  '/',
  '/style.css',
  '/manifest.webmanifest',
  '/library.json',
  '/dist/window.js',
  '/js/native.js',
  '/js/app.js',
  '/js/cards.js',
  '/js/downloads.js',
  '/js/format.js',
  '/js/library.js',
  '/js/link.js',
  '/js/log.js',
  '/js/player.js',
  '/js/verify.js',
  '/icons/app.svg',
  '/icons/app-192.png',
  '/art/slow-water.svg',
  '/art/lamplight.svg',
  '/art/first-frost.svg',
  '/art/big-buck-bunny.svg',
  '/art/sound-pack.svg',
];

const channel = new BroadcastChannel('night-ferry');
const tell = (message) => channel.postMessage(message);
const log = (text) => tell({ type: 'log', text });

const isNative = /\[native code\]/.test(String(self.registration.backgroundFetch?.fetch));
log(`worker starts, Background Fetch: ${isNative ? 'native' : 'polyfill'}`);

addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(SHELL_FILES)));
});

addEventListener('activate', (event) => {
  log('activate');
  event.waitUntil(Promise.all([self.clients.claim(), deleteOldShells()]));
});

async function deleteOldShells() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith('shell-') && name !== SHELL).map((name) => caches.delete(name)),
  );
}

/* Downloads. */

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(takeIn(event));
});

async function takeIn(event) {
  const { registration } = event;
  const started = Date.now();
  log(`backgroundfetchsuccess: ${registration.id}`);
  try {
    const cache = await caches.open(LIBRARY);
    const records = await registration.matchAll();
    await Promise.all(records.map(async (record) => cache.put(record.request, await record.responseReady)));
    log(`${registration.id} (files: ${records.length}) put in the library in ${Date.now() - started} ms`);
    tell({ type: 'settled', id: registration.id, problem: '' });
    await event.updateUI({ title: `${await titleOf(registration.id)} is in your library` });
  } catch (error) {
    log(`${registration.id} could not be put in the library: ${error}`);
    tell({ type: 'settled', id: registration.id, problem: `It could not be stored: ${error.message}` });
  }
}

addEventListener('backgroundfetchfail', (event) => {
  const { registration } = event;
  log(`backgroundfetchfail: ${registration.id}, ${registration.failureReason}`);
  event.waitUntil(titleOf(registration.id).then((title) => event.updateUI({ title: `${title} did not arrive` })));
});

addEventListener('backgroundfetchabort', ({ registration }) => log(`backgroundfetchabort: ${registration.id}`));

addEventListener('backgroundfetchclick', (event) => {
  log(`backgroundfetchclick: ${event.registration.id}`);
  event.waitUntil(showApp());
});

async function showApp() {
  const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return page ? page.focus() : self.clients.openWindow('/');
}

/** The event knows the id only. */
async function titleOf(id) {
  const response = await caches.match('/library.json');
  const { items = [] } = response ? await response.json() : {};
  return items.find((item) => item.id === id)?.title ?? id;
}

/* Requests of the app's pages. */

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET') return;
  if (url.origin !== self.location.origin) event.respondWith(fromLibrary(request));
  else if (url.pathname !== '/link') event.respondWith(fromNetworkOrShell(request));
});

/** The newest app where there is a network, the stored one where there is none. */
async function fromNetworkOrShell(request) {
  try {
    const response = await fetch(request);
    if (response.ok && SHELL_FILES.includes(new URL(request.url).pathname)) {
      const cache = await caches.open(SHELL);
      await cache.put(request.mode === 'navigate' ? '/' : request, response.clone());
    }
    return response;
  } catch (error) {
    const stored = await caches.match(request.mode === 'navigate' ? '/' : request, { ignoreSearch: true });
    if (stored) return stored;
    throw error;
  }
}

/** The file that is being played: seeking asks for it again and again. */
let playing = { url: '', blob: new Blob() };

async function fromLibrary(request) {
  const { url } = request;
  if (playing.url !== url) {
    const cache = await caches.open(LIBRARY);
    const stored = await cache.match(url, { ignoreVary: true });
    if (!stored) return fetch(request);
    playing = { url, blob: await stored.blob() };
    log(`plays ${url.split('/').pop()} from the library`);
  }
  return inPart(playing.blob, request.headers.get('range'));
}

/** Media elements seek only where parts are answered as parts. */
function inPart(blob, range) {
  const { size, type } = blob;
  const common = { 'Content-Type': type, 'Accept-Ranges': 'bytes' };
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (!match || (!match[1] && !match[2])) {
    return new Response(blob, { headers: { ...common, 'Content-Length': size } });
  }
  const start = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]));
  const end = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  if (start > end) return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${size}` } });
  return new Response(blob.slice(start, end + 1, type), {
    status: 206,
    headers: { ...common, 'Content-Range': `bytes ${start}-${end}/${size}`, 'Content-Length': end - start + 1 },
  });
}
