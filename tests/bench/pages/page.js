/** The page of the benchmark: asks its worker for the browser's own way, or starts a background fetch. */
const POLL_MS = 20;
const CLOCK_LOOKS = 10;

const [, kind] = /(\w+)\.html$/.exec(location.pathname);
await navigator.serviceWorker.register(kind === 'index' ? '/worker.js' : `/worker.js?${kind}`);
const registration = await navigator.serviceWorker.ready;
const outcomes = new BroadcastChannel('bench');
const now = () => performance.timeOrigin + performance.now();

/** Has the worker, or another one, do something. */
function ask(message, worker = registration.active) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => (data?.error ? reject(new Error(data.error)) : resolve(data));
    worker.postMessage(message, [port2]);
  });
}

/**
 * One background fetch, from the call to the event in the worker, which then does with the responses what `check`
 * says. Resolves with `{ ms, seen, progressEvents, … }`.
 */
async function background(id, check, urls, size) {
  const ended = outcome();
  let progressEvents = 0;
  const started = Date.now();
  const fetch = await registration.backgroundFetch.fetch(`${check} ${id}`, urls, { downloadTotal: size });
  // As every app that shows a bar.
  fetch.addEventListener('progress', () => progressEvents++);
  const result = await ended;
  return { ms: result.seen - started, ...result, progressEvents };
}

function outcome() {
  return new Promise((resolve, reject) => {
    outcomes.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
  });
}

/** `cache.put(await fetch())` in the worker, so many at a time. Resolves with `{ ms, seen, … }`. */
const plain = (urls, atATime, check) => ask({ do: 'plain', urls, atATime, check });

/** A whole cached response, put once more: resolves with `{ ms }`. */
const putAgain = (url) => ask({ do: 'putAgain', url });

/** Milliseconds of each `match()`, of the fetch that is held or of the cache. */
const match = (urls, where) => ask({ do: 'match', urls, where });

/** The first bytes from each of these places on, and after how many milliseconds they were there. */
async function seek(url, places) {
  const [times, heads] = [[], []];
  for (const place of places) {
    const started = performance.now();
    const response = await fetch(url, { headers: { range: `bytes=${place}-` } });
    const reader = response.body.getReader();
    const { value } = await reader.read();
    times.push(performance.now() - started);
    if (response.status !== 206) throw new Error(`${url} has no ranges: ${response.status}`);
    heads.push([...value.subarray(0, 16)]);
    await reader.cancel();
  }
  return { times, heads };
}

/** When `fetch()` was called, for each URL. */
async function callBackground(id, urls) {
  const times = [];
  for (const [at, url] of urls.entries()) {
    const ended = outcome();
    times.push(now());
    await registration.backgroundFetch.fetch(`none ${id} ${at}`, url);
    await ended;
    await cleared();
  }
  return times;
}

/** When the worker was told to fetch, for each URL. */
async function callPlain(urls) {
  const times = [];
  for (const url of urls) {
    times.push(now());
    await ask({ do: 'fetch', url });
  }
  return times;
}

/** By how much the server's clock is ahead of this page's, in milliseconds. */
async function clock() {
  let best = { took: Infinity, ahead: 0 };
  for (let at = 0; at < CLOCK_LOOKS; at++) {
    const started = now();
    const told = Number(await (await fetch(`/tick?n=clock${at}`)).text());
    const ended = now();
    if (ended - started < best.took) best = { took: ended - started, ahead: told - (started + ended) / 2 };
  }
  return best.ahead;
}

/** How long a worker that has nothing to do has taken for its scripts when it was started last. */
async function starts() {
  const all = await navigator.serviceWorker.getRegistrations();
  const idle =
    all.find(({ scope }) => scope.endsWith('/idle/')) ?? (await navigator.serviceWorker.register('/idle/worker.js'));
  while (!idle.active) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return ask('how long?', idle.active);
}

/** Resolves when nothing is stored any more. The polyfill deletes a fetch after its event. */
async function cleared() {
  while ((await registration.backgroundFetch.getIds()).length) await new Promise((go) => setTimeout(go, POLL_MS));
}

/** Begins one of those above, for whoever wants to do something meanwhile. */
function begin(name, ...args) {
  pending = tasks[name](...args).then((value) => ({ value }));
  pending.catch(() => {});
}

let pending;

/** Resolves with `{ value }` of what was begun last, or with null if that takes longer. */
const end = (ms) => Promise.race([pending, new Promise((resolve) => setTimeout(resolve, ms, null))]);

const tasks = { background, plain, putAgain, match, seek, callBackground, callPlain, clock, starts, cleared };
window.bench = { begin, end };
