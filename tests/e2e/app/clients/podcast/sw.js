importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

addEventListener('backgroundfetchsuccess', (event) => {
  const bgFetch = event.registration;
  event.waitUntil(
    (async () => {
      const cache = await caches.open(bgFetch.id);
      const records = await bgFetch.matchAll();
      await Promise.all(
        records.map(async (record) => {
          const response = await record.responseReady;
          await cache.put(record.request, response);
        }),
      );
      await event.updateUI({ title: `${bgFetch.id} is stored` });
      new BroadcastChannel(bgFetch.id).postMessage({ stored: true });
    })(),
  );
});

addEventListener('backgroundfetchfail', (event) => {
  event.waitUntil(event.updateUI({ title: `${event.registration.id} failed` }).then(() => log.add({ kind: 'failed' })));
});

addEventListener('backgroundfetchabort', (event) => {
  event.waitUntil(log.add({ kind: 'aborted', id: event.registration.id }));
});
