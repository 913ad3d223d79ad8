/** The app itself, so that it opens without a network. */

const SHELL = 'shell-2';

const FILES = [
  '/',
  '/style.css',
  '/controls.css',
  '/manifest.webmanifest',
  '/library.json',
  ...['window', 'extras', 'inspect', 'offline', 'downloads'].map((name) => `/dist/${name}.mjs`),
  ...['app', 'card', 'chart', 'chips', 'format', 'library', 'log', 'network', 'outbox', 'pads', 'player']
    .concat('verify', 'watch')
    .map((name) => `/js/${name}.js`),
  '/icons/app.svg',
  '/icons/app-192.png',
  ...['slow-water', 'lamplight', 'first-frost', 'night-crossing', 'big-buck-bunny', 'sound-pack', 'pilot', 'chart'].map(
    (name) => `/art/${name}.svg`,
  ),
];

export const unpack = () => caches.open(SHELL).then((cache) => cache.addAll(FILES));

/** Of the pages that are open, too; what former versions have stored goes. */
export async function takeOver() {
  await self.clients.claim();
  const names = await caches.keys();
  const old = names.filter((name) => name === 'library' || (name.startsWith('shell-') && name !== SHELL));
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {Request} request */
export function isOfShell({ method, url }) {
  const { origin, pathname } = new URL(url);
  return method === 'GET' && origin === self.location.origin && FILES.includes(pathname);
}

/** The newest app where there is a network, the stored one where there is none. @param {Request} request */
export async function answerFromShell(request) {
  const { pathname } = new URL(request.url);
  try {
    const response = await fetch(request);
    if (response.ok) await (await caches.open(SHELL)).put(pathname, response.clone());
    return response;
  } catch (error) {
    const stored = await caches.match(pathname);
    if (stored) return stored;
    throw error;
  }
}
