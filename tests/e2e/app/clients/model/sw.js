importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open('models');
      const records = await event.registration.matchAll();
      for (const record of records) {
        await cache.put(record.request, await record.responseReady);
        for (const client of await clients.matchAll()) client.postMessage({ cached: record.request.url });
      }
    })(),
  );
});
