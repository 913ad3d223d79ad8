/** An app in a browser that has the API: its service worker, its page, and what the user sees of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { FakeCaches, makeInterfaces, PageRequest } from './fakes.mjs';

/** A page that waits for what it began is given this time, in milliseconds, before that comes. */
const PATIENCE = 100;

/** In milliseconds. */
const LATER = 500;

/** What may be given to `waitUntil()`, until it is settled. */
class WorkerEvent extends Event {
  /** @type {Promise<unknown>[]} */
  promises = [];
  /** @type {Promise<Response> | undefined} */
  response;

  /** @param {string} type @param {{cancelable?: boolean}} [members] */
  constructor(type, { cancelable = false, ...members } = {}) {
    super(type, { cancelable });
    Object.assign(this, members);
  }

  waitUntil(/** @type {Promise<unknown>} */ promise) {
    if (typeof promise === 'function') throw new Error('waitUntil() was given a function.');
    this.promises.push(promise);
  }

  respondWith(/** @type {Promise<Response>} */ response) {
    this.response = response;
  }
}

export class World {
  /** What servers say to a request; may be replaced. */
  answer = (/** @type {Request} */ request) =>
    new Response(`bytes of ${request.url}`, { status: request.method === 'GET' ? 200 : 201 });
  /** What the app showed, said and did, as `[function, argument]`. @type {[string, unknown][]} */
  log = [];
  caches = new FakeCaches();
  #page;
  #inWorker;
  /** What this library's worker tells, by the kind of the question. @type {Record<string, unknown>} */
  told = {};
  /** Pages that the worker finds. @type {object[]} */
  pages = [];
  /** Names of databases. @type {string[]} */
  databases = [];
  /** What the worker has configured, in the order of `js/border/configuration.ts`. @type {any[]} */
  configuration = [];
  #worker = new EventTarget();
  /** Of each realm. @type {Record<string, object>} */
  #globalOf = {};

  /** `isNative`: whether the API is the browser's own. */
  constructor({ isNative = true } = {}) {
    this.#page = makeInterfaces(isNative);
    this.#inWorker = makeInterfaces(isNative);
    /** The page's; the worker's has the same fetches. */
    this.manager = new this.#page.BackgroundFetchManager();
  }

  /** Runs a block of a document. @param {import('./blocks.mjs').Block} block */
  async run({ realm, code }) {
    // One block goes on where the one before has ended.
    this.#globalOf[realm] ??= asGlobal(realm === 'worker' ? this.#workerGlobals() : this.#pageGlobals());
    const done = evaluate(await bundle(code), this.#globalOf[realm]);
    const isDone = await Promise.race([done.then(() => true), sleep(PATIENCE, false)]);
    if (!isDone) await this.finishAll();
    await done;
  }

  /** Dispatches an event to the worker, and waits for its handlers. @param {string} type @param {object} [members] */
  async dispatch(type, members) {
    const event = new WorkerEvent(type, members);
    this.#worker.dispatchEvent(event);
    await Promise.all(event.promises);
    return event.response;
  }

  /** Ids of all background fetches that there were. */
  get begun() {
    return this.manager.begun;
  }

  /** The network does its part for all that is asked for, and the worker gets its events. */
  async finishAll() {
    for (const [id, fetch] of this.manager.active) {
      fetch.tell({ downloaded: fetch.downloadTotal / 2 });
      let isGood = true;
      for (const [request, { resolve }] of fetch.answers) {
        const response = this.answer(request);
        // As ours: what a script makes has no URL.
        Object.defineProperty(response, 'url', { value: request.url });
        isGood &&= response.ok;
        resolve(response);
      }
      this.manager.active.delete(id);
      const { downloadTotal: downloaded, uploadTotal: uploaded } = fetch;
      const end = isGood ? { result: 'success' } : { result: 'failure', failureReason: 'bad-status' };
      fetch.tell({ downloaded, uploaded, ...end });
      const updateUI = async (/** @type {object} */ options) => void this.log.push(['updateUI', options]);
      await this.dispatch(`backgroundfetch${isGood ? 'success' : 'fail'}`, { registration: fetch, updateUI });
    }
  }

  /** What was given to a function of the app. */
  all(/** @type {string} */ name) {
    return this.log.filter(([each]) => each === name).map(([, argument]) => argument);
  }

  /** URLs of the requests in a cache. */
  async stored(/** @type {string} */ name) {
    return (await (await this.caches.open(name)).keys()).map(({ url }) => url);
  }

  /** @param {ReturnType<typeof makeInterfaces>} interfaces of its realm @param {object} manager */
  #registration({ ServiceWorkerRegistration }, manager) {
    // Where the API is native, nothing is left to tell.
    const active = {
      scriptURL: 'https://app.example/sw.js',
      postMessage: (/** @type {{kind: string}} */ { kind }, [port]) =>
        port.postMessage({ kind: 'answer', value: this.told[kind] ?? [] }),
    };
    const showNotification = async (/** @type {string} */ title, /** @type {object} */ options) =>
      void this.log.push(['showNotification', { title, ...options }]);
    const members = { scope: 'https://app.example/', active, waiting: null, showNotification };
    return new ServiceWorkerRegistration(manager, members);
  }

  /** What pages and workers have in common. */
  #globals() {
    const log = this.log;
    const noted = (/** @type {string[]} */ names) =>
      Object.fromEntries(
        names.map((name) => [name, async (/** @type {unknown} */ what) => void log.push([name, what])]),
      );
    const { caches, databases } = this;
    return {
      caches,
      crypto,
      Request: PageRequest,
      fetch: async (/** @type {RequestInfo} */ request) => this.answer(new PageRequest(request)),
      indexedDB: {
        databases: async () => databases.map((name) => ({ name })),
        deleteDatabase: (/** @type {string} */ name) => void databases.splice(databases.indexOf(name), 1),
      },
      BroadcastChannel: class {
        postMessage = (/** @type {unknown} */ data) => log.push(['postMessage', data]);
      },
      console: { ...console, ...noted(['log', 'warn']) },
      ...noted(['show', 'list', 'play', 'run', 'openPlainDownload', 'tell', 'store', 'importScripts']),
    };
  }

  #pageGlobals() {
    const serviceWorker = { ready: Promise.resolve(this.#registration(this.#page, this.manager)) };
    const storage = {
      estimate: async () => ({ usage: 0, quota: 1e12 }),
      persist: async () => true,
      persisted: async () => false,
    };
    const navigator = new this.#page.Navigator({ serviceWorker, storage });
    const requestPermission = async () => void this.log.push(['requestPermission', undefined]);
    const Notification = { permission: 'default', requestPermission };
    return { ...this.#globals(), ...this.#page, document: {}, navigator, Notification };
  }

  #workerGlobals() {
    const worker = this.#worker;
    const { active, begun } = this.manager;
    const manager = Object.assign(new this.#inWorker.BackgroundFetchManager(), { active, begun });
    return {
      ...this.#globals(),
      ...this.#inWorker,
      ServiceWorkerGlobalScope: EventTarget,
      registration: this.#registration(this.#inWorker, manager),
      [Symbol.for('background-fetch-polyfill')]: this.configuration,
      navigator: new this.#inWorker.Navigator({}),
      Notification: { permission: 'granted', maxActions: 2 },
      ExtendableEvent: WorkerEvent,
      clients: {
        matchAll: async () => this.pages,
        openWindow: async (/** @type {string} */ url) => void this.log.push(['openWindow', url]),
      },
      location: { origin: 'https://app.example' },
      reportError: (/** @type {unknown} */ error) => void this.log.push(['reportError', error]),
      addEventListener: worker.addEventListener.bind(worker),
      removeEventListener: worker.removeEventListener.bind(worker),
      dispatchEvent: worker.dispatchEvent.bind(worker),
      setTimeout: workerTimeout,
    };
  }
}

/** Nobody waits for what a worker does later. @param {() => void} steps @param {number} milliseconds */
function workerTimeout(steps, milliseconds) {
  const timer = setTimeout(steps, milliseconds);
  if (milliseconds > LATER) timer.unref();
  return timer;
}

/** With all that it imports, from `dist/`. */
async function bundle(/** @type {string} */ contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fromRoot() },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

const AsyncFunction = (async () => {}).constructor;

/** The global object of a realm. @param {Record<string, unknown>} globals */
function asGlobal(globals) {
  // Some of what it is based on has a getter only.
  const self = Object.create(globalThis, Object.getOwnPropertyDescriptors(globals));
  return Object.assign(self, { self, globalThis: self });
}

/** @param {string} code @param {object} global */
function evaluate(code, global) {
  // Within a function of its own, the code may have names that the realm has; what it adds to that is found, too.
  const steps = Reflect.construct(AsyncFunction, ['global', `with (global) await (async () => {\n${code}\n})();`]);
  return steps(global);
}
