import { serve } from 'background-fetch-polyfill/ponyfill/sw';

addEventListener('install', () => self.skipWaiting());
addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

serve().addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(take(event.registration)));

async function take(registration) {
  const cache = await caches.open('films');
  for (const record of await registration.matchAll()) {
    const response = await record.responseReady;
    await cache.put(record.request, new Response(await response.arrayBuffer()));
  }
}
