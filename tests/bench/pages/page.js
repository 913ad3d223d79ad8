/** The page of the benchmark: asks its worker for the browser's own way, or starts a background fetch. */
const POLL_MS = 20;

await navigator.serviceWorker.register(`/worker.js${location.search}`);
const registration = await navigator.serviceWorker.ready;
const outcomes = new BroadcastChannel('bench');

/** `cache.put(await fetch())` in the worker, so many at a time. Resolves with `{ ms, sizes }`. */
function plain(urls, atATime) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
    registration.active.postMessage({ urls, atATime }, [port2]);
  });
}

/**
 * One background fetch, from the call to the event in the worker, and then as long as the app takes to
 * put the responses into a cache of its own. Resolves with `{ ms, readMs, sizes, progressEvents }`.
 */
async function background(id, urls, size, digest) {
  const ended = new Promise((resolve, reject) => {
    outcomes.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
  });
  let progressEvents = 0;
  const started = Date.now();
  const fetch = await registration.backgroundFetch.fetch(digest ? `${id} digest` : id, urls, { downloadTotal: size });
  // As every app that shows a bar.
  fetch.addEventListener('progress', () => progressEvents++);
  const { seen, ...outcome } = await ended;
  return { ms: seen - started, ...outcome, progressEvents };
}

/** Resolves when nothing is stored any more. The polyfill deletes a fetch after its event. */
async function cleared() {
  while (!(await isClear())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

async function isClear() {
  if ((await registration.backgroundFetch.getIds()).length) return false;
  for (const name of await caches.keys()) {
    if ((await (await caches.open(name)).keys()).length) return false;
  }
  return true;
}

window.bench = { plain, background, cleared };
