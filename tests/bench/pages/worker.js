/** The worker of the benchmark: an app that stores what it gets in a cache of its own. */
importScripts('/dist/sw.js');

const SLICE = 16 * 2 ** 20;
const CACHE = 'app';
const outcomes = new BroadcastChannel('bench');

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('message', (event) => {
  const port = event.ports[0];
  const answered = plain(event.data).catch((error) => ({ error: String(error) }));
  event.waitUntil(answered.then((answer) => port.postMessage(answer)));
});

async function plain({ urls, atATime }) {
  const started = performance.now();
  const cache = await caches.open(CACHE);
  const left = urls.values();
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (const url of left) await cache.put(url, await fetch(url));
    }),
  );
  const ms = performance.now() - started;
  return { ms, ...(await look(cache)) };
}

addEventListener('backgroundfetchsuccess', (event) => {
  const seen = Date.now();
  const stored = store(event.registration).catch((error) => ({ error: String(error) }));
  event.waitUntil(stored.then((outcome) => outcomes.postMessage({ seen, ...outcome })));
});

for (const type of ['backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, ({ registration }) =>
    outcomes.postMessage({ error: `${type}: ${registration.failureReason}` }),
  );
}

async function store(registration) {
  const started = performance.now();
  const cache = await caches.open(CACHE);
  for (const record of await registration.matchAll()) {
    await cache.put(record.request, await record.responseReady);
  }
  const readMs = performance.now() - started;
  return { readMs, ...(await look(cache, registration.id.endsWith(' digest'))) };
}

/** What is in the cache, which is emptied. */
async function look(cache, digest = false) {
  const sizes = [];
  const digests = [];
  for (const request of await cache.keys()) {
    const blob = await (await cache.match(request)).blob();
    sizes.push(blob.size);
    if (digest) digests.push(...(await digestsOf(blob)));
    // WebKit counts the entries of a deleted cache against the quota while a script can still reach it.
    await cache.delete(request);
  }
  await caches.delete(CACHE);
  return { sizes, digests };
}

/** SHA-256 of each slice: the whole would be a lot of memory at once. */
async function digestsOf(blob) {
  const digests = [];
  for (let at = 0; at < blob.size; at += SLICE) {
    const hash = await crypto.subtle.digest('SHA-256', await blob.slice(at, at + SLICE).arrayBuffer());
    digests.push(Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return digests;
}
