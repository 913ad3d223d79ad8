// First, so that its messages never reach the listeners of the app.
importScripts('background-fetch-polyfill/sw.js');

const SHELL = 'shell';
const FILES = ['./', 'app.js', 'background-fetch-polyfill/window.js'];
const channel = new BroadcastChannel('films');

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)));
});

addEventListener('activate', (event) => event.waitUntil(clients.claim()));

// The newest app where there is a network, the stored one where there is none.
addEventListener('fetch', (event) => {
  const stored = () => caches.match(event.request, { cacheName: SHELL });
  event.respondWith(fetch(event.request).catch(async () => (await stored()) ?? Response.error()));
});

addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(keep(event)));

async function keep({ registration }) {
  const cache = await caches.open('films');
  for (const record of await registration.matchAll()) {
    await cache.put(record.request, await record.responseReady);
    channel.postMessage({ url: record.request.url });
  }
}

addEventListener('backgroundfetchfail', ({ registration }) => {
  channel.postMessage({ problem: `It did not come: ${registration.failureReason}` });
});
