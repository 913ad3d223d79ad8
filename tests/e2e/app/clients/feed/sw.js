importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open('feed');
      const record = await event.registration.match(event.registration.id);
      await cache.put(record.request, await record.responseReady);
      for (const client of await clients.matchAll()) client.postMessage({ written: event.registration.id });
    })(),
  );
});
