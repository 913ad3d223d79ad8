importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

/** Keeps what is good, also of a fetch that failed as a whole, and remembers what is missing. */
async function keep({ type, registration }) {
  const cache = await caches.open(`library ${registration.id}`);
  const missing = [];
  for (const record of await registration.matchAll()) {
    const response = await record.responseReady.catch(() => null);
    if (response?.ok) await cache.put(record.request, response);
    else missing.push([record.request.url, response ? response.status : null]);
  }
  await log.add({ kind: 'kept', type, failureReason: registration.failureReason, missing });
}

addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(keep(event)));
addEventListener('backgroundfetchfail', (event) => event.waitUntil(keep(event)));
