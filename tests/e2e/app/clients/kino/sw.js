importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

async function store({ registration }) {
  const cache = await caches.open('videos');
  for (const record of await registration.matchAll()) await cache.put(record.request.url, await record.responseReady);
  await log.add({ kind: 'stored', id: registration.id });
}

addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(store(event)));
addEventListener('backgroundfetchfail', (event) =>
  event.waitUntil(log.add({ kind: 'failed', id: event.registration.id })),
);
addEventListener('backgroundfetchabort', (event) =>
  event.waitUntil(log.add({ kind: 'aborted', id: event.registration.id })),
);
