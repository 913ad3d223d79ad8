// First, so that its messages never reach the listeners of the app, or of Workbox.
import 'background-fetch-polyfill/sw';
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

const channel = new BroadcastChannel('films');

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

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
