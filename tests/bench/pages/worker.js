/** The worker of the benchmark: an app that stores what it gets in a cache of its own. */
const SLICE = 16 * 2 ** 20;
const CACHE = 'app';
/** At a time, of what is looked at when the clock has stopped. */
const LOOKS = 6;
const outcomes = new BroadcastChannel('bench');

/** Of every instance that is made, the polyfill's among them. @type {WebAssembly.Memory[]} */
const memories = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    // Whatever its name is: those of a build are short.
    memories.push(...Object.values(instance.exports).filter((each) => each instanceof WebAssembly.Memory));
    return instance;
  },
});
/** Bytes of linear memory, which never becomes less. */
const wasmMemory = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

const kind = new URL(location.href).search;
if (kind !== '?without') importScripts('/dist/sw.js');
if (kind === '?library') importScripts('/made/library.js', '/library.js');

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('message', (event) => {
  const answered = tasks[event.data.do](event.data).catch((error) => ({ error: String(error) }));
  event.waitUntil(answered.then((answer) => event.ports[0].postMessage(answer)));
});

const tasks = {
  async plain({ urls, atATime, check }) {
    const started = performance.now();
    const cache = await caches.open(CACHE);
    await eachOf(urls, atATime, async (url) => cache.put(url, await fetch(url)));
    const ms = performance.now() - started;
    const seen = Date.now();
    if (check === 'keep') return { ms, seen };
    const looked = await look(
      check,
      urls.map((url) => () => cache.match(url)),
    );
    await empty(cache, urls);
    return { ms, seen, ...looked };
  },

  async putAgain({ url }) {
    const [from, to] = [await caches.open('from'), await caches.open(CACHE)];
    await from.put(url, await fetch(url));
    const started = performance.now();
    await to.put(url, await from.match(url));
    const ms = performance.now() - started;
    for (const cache of [from, to]) await empty(cache, [url]);
    await caches.delete('from');
    return { ms };
  },

  async fetch({ url }) {
    await (await fetch(url)).text();
    return {};
  },

  async match({ urls, where }) {
    const cache = await caches.open(CACHE);
    const find = {
      held: async (url) => (await held.match(url)).responseReady,
      cache: (url) => cache.match(url),
    }[where];
    const times = [];
    for (const url of urls) {
      const started = performance.now();
      const response = await find(url);
      times.push(performance.now() - started);
      if (response?.url !== url) throw new Error(`${url} is not found`);
    }
    return times;
  },
};

/** A fetch that is over, and whose data are kept by its event, which never ends. */
let held = null;

addEventListener('backgroundfetchsuccess', (event) => {
  const seen = Date.now();
  const [check] = event.registration.id.split(' ');
  const wasm = wasmMemory();
  const done = handle(check, event.registration).catch((error) => ({ error: String(error) }));
  event.waitUntil(done.then((outcome) => outcomes.postMessage({ seen, wasm, ...outcome })));
  if (check === 'hold') event.waitUntil(new Promise(() => {}));
});

for (const type of ['backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, ({ registration }) =>
    outcomes.postMessage({ error: `${type}: ${registration.failureReason}` }),
  );
}

/** @param {'none' | 'hold' | 'keep' | 'sizes' | 'digests' | 'store'} check what to do with what has come */
async function handle(check, registration) {
  if (check === 'none') return {};
  if (check === 'hold') {
    held = registration;
    return {};
  }
  if (check === 'keep') return keep(registration);
  const records = await registration.matchAll();
  if (check === 'store') return store(records);
  return look(
    check,
    records.map((record) => () => record.responseReady),
  );
}

/** As an app does that keeps what it has downloaded. */
async function store(records) {
  const cache = await caches.open(CACHE);
  const started = performance.now();
  for (const record of records) await cache.put(record.request, await record.responseReady);
  const storeMs = performance.now() - started;
  const urls = records.map(({ request }) => request.url);
  const looked = await look(
    'sizes',
    urls.map((url) => () => cache.match(url)),
  );
  await empty(cache, urls);
  return { storeMs, ...looked };
}

/** How much there is of each response and, if wanted, what. */
async function look(check, responses) {
  if (check === 'none') return {};
  const sizes = [];
  const digests = [];
  await eachOf(responses.entries(), LOOKS, async ([at, get]) => {
    const blob = await (await get()).blob();
    sizes[at] = blob.size;
    if (check === 'digests') digests[at] = await digestsOf(blob);
  });
  return { sizes, digests };
}

/** WebKit counts the entries of a deleted cache against the quota while a script can still reach it. */
async function empty(cache, urls) {
  await eachOf(urls, LOOKS, (url) => cache.delete(url));
  await caches.delete(CACHE);
}

/** So many at a time. */
async function eachOf(items, atATime, steps) {
  const left = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (let next = left.next(); !next.done; next = left.next()) await steps(next.value);
    }),
  );
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
