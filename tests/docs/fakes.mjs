/** A browser that has the API, as far as the documents use it: enough to see that what they show does what they say. */

const ORIGIN = 'https://app.example';
const absolute = (/** @type {string | URL} */ url) => new URL(url, ORIGIN).href;

/** Of a page: URLs may be relative. */
export class PageRequest extends Request {
  /** @param {RequestInfo | URL} input @param {RequestInit} [init] */
  constructor(input, init) {
    super(input instanceof Request ? input : absolute(`${input}`), init);
  }
}

/** @param {RequestInfo | URL} request */
export const urlOf = (request) => (request instanceof Request ? request.url : absolute(`${request}`));

class FakeCache {
  /** @type {Map<string, {request: Request, body: ArrayBuffer, init: ResponseInit}>} */
  #entries = new Map();

  /** @param {RequestInfo} request @param {Response} response */
  async put(request, response) {
    const asked = new PageRequest(request);
    if (asked.method !== 'GET') throw new TypeError('Only GET requests have a place in a cache.');
    const { status, statusText } = response;
    const init = { status, statusText, headers: [...response.headers] };
    this.#entries.set(asked.url, { request: asked, body: await response.arrayBuffer(), init });
  }

  /** @param {RequestInfo} request */
  async match(request) {
    const found = this.#entries.get(urlOf(request));
    return found && new Response(found.body, found.init);
  }

  async matchAll() {
    return [...this.#entries.values()].map(({ body, init }) => new Response(body, init));
  }

  async keys() {
    return [...this.#entries.values()].map(({ request }) => request);
  }

  /** @param {RequestInfo} request */
  async delete(request) {
    return this.#entries.delete(urlOf(request));
  }

  /** From a server that always answers. @param {string[]} urls */
  async addAll(urls) {
    for (const url of urls) await this.put(url, new Response(`bytes of ${absolute(url)}`));
  }
}

export class FakeCaches {
  /** @type {Map<string, FakeCache>} */
  #caches = new Map();

  async open(/** @type {string} */ name) {
    const cache = this.#caches.get(name) ?? new FakeCache();
    this.#caches.set(name, cache);
    return cache;
  }

  /** @param {RequestInfo} request @param {{cacheName?: string}} [options] */
  async match(request, { cacheName } = {}) {
    for (const [name, cache] of this.#caches) {
      const found = cacheName === undefined || name === cacheName ? await cache.match(request) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  keys = async () => [...this.#caches.keys()];
  delete = async (/** @type {string} */ name) => this.#caches.delete(name);
}

/** One background fetch; `FakeManager.finish` is what a network would do. */
export class FakeFetch extends EventTarget {
  result = '';
  failureReason = '';
  recordsAvailable = true;
  uploaded = 0;
  downloaded = 0;

  /** @param {string} id @param {Request[]} requests @param {{downloadTotal?: number}} options @param {number} uploadTotal */
  constructor(id, requests, { downloadTotal = 0 }, uploadTotal) {
    super();
    Object.assign(this, { id, requests, downloadTotal, uploadTotal });
    this.answers = new Map(requests.map((request) => [request, deferred()]));
    for (const { promise } of this.answers.values()) promise.catch(() => {});
  }

  async matchAll() {
    return [...this.answers].map(([request, { promise }]) => ({ request, responseReady: promise }));
  }

  /** @param {Partial<FakeFetch>} change */
  tell(change) {
    Object.assign(this, change);
    this.dispatchEvent(new Event('progress'));
  }
}

/** As Promise.withResolvers(), which Node.js 20 lacks. */
function deferred() {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}

export class FakeManager {
  /** @type {Map<string, FakeFetch>} */
  active = new Map();
  /** Ids of all that there were. @type {string[]} */
  begun = [];
  /** The interface of what it begins. */
  Fetch = FakeFetch;

  async fetch(/** @type {string} */ id, /** @type {any} */ requests, /** @type {object} */ options = {}) {
    if (this.active.has(id)) throw new TypeError(`There is a background fetch ${id} already.`);
    const list = typeof requests === 'string' || requests instanceof Request ? [requests] : [...requests];
    if (list.length === 0) throw new TypeError('Nothing is asked for.');
    const all = list.map((request) => new PageRequest(request));
    const bodies = await Promise.all(all.map((request) => request.clone().arrayBuffer()));
    const uploadTotal = bodies.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const fetch = new this.Fetch(id, all, options, uploadTotal);
    this.active.set(id, fetch);
    this.begun.push(id);
    return fetch;
  }

  async get(/** @type {string} */ id) {
    return this.active.get(id);
  }

  getIds = async () => [...this.active.keys()];
}

/**
 * The interfaces of one browser, whose prototypes whatever is imported may add to; its own, or this library's.
 * @param {boolean} isNative
 */
export function makeInterfaces(isNative) {
  const Fetch = class BackgroundFetchRegistration extends FakeFetch {};
  const Manager = class BackgroundFetchManager extends FakeManager {
    Fetch = Fetch;

    fetch(/** @type {[string, any, object?]} */ ...args) {
      return super.fetch(...args);
    }

    get(/** @type {string} */ id) {
      return super.get(id);
    }
  };
  const Registration = class ServiceWorkerRegistration extends EventTarget {
    /** @type {FakeManager | undefined} */
    #manager;

    /** @param {FakeManager} manager @param {object} members */
    constructor(manager, members) {
      super();
      this.#manager = manager;
      Object.assign(this, members);
    }

    get backgroundFetch() {
      return this.#manager;
    }
  };
  const Navigator = class Navigator {
    constructor(/** @type {object} */ members) {
      Object.assign(this, members);
    }
  };
  // What is the browser's own says so.
  for (const { prototype } of isNative ? [Fetch, Manager] : []) {
    Object.defineProperty(prototype, 'constructor', { value: prototype.constructor.bind(null) });
  }
  return {
    BackgroundFetchRegistration: Fetch,
    BackgroundFetchManager: Manager,
    ServiceWorkerRegistration: Registration,
    Navigator,
  };
}
