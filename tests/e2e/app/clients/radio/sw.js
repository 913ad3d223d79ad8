importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

self.onbackgroundfetchsuccess = (event) => {
  event.waitUntil(
    (async () => {
      const [record] = await event.registration.matchAll();
      const cache = await caches.open('radio');
      await cache.put(record.request, await record.responseReady);
      await event.updateUI({ title: 'Saved' });
      await log.add({ kind: 'stored', id: event.registration.id });
    })(),
  );
};
