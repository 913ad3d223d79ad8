/** What the sources expect of a service worker and Node.js lacks; to be imported first. */

import { CHANNEL } from '../../js/border/messages.ts';
import type { Client } from '../../js/client/client.ts';

class ExtendableEvent extends Event {
  waitUntil(): void {
    throw new DOMException('The event is not trusted.', 'InvalidStateError');
  }
}

/** Node's does not know against what a relative URL is to be resolved. */
class BrowserRequest extends Request {
  constructor(input: RequestInfo, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, 'https://app.example/') : input, init);
  }
}

const scopes = new WeakMap<object, string>();

/** A registration whose `active` worker is whatever a test puts there. */
class ServiceWorkerRegistration {
  active: { postMessage(message: unknown, transfer: Transferable[]): void } | null = null;

  constructor(scope: string) {
    scopes.set(this, scope);
  }

  get scope(): string {
    const scope = scopes.get(this);
    if (scope === undefined) throw new TypeError('Illegal invocation');
    return scope;
  }
}

/** Cache Storage with one cache, which is the one of whatever name. */
export const cached = new Map<string, Response>();
class CacheStorage {
  match = async (url: string) => cached.get(url)?.clone();
  open = async () => ({ put: async (url: string, response: Response) => void cached.set(url, response) });
  has = async () => cached.size > 0;
  delete = async () => cached.clear();

  async keys(): Promise<string[]> {
    return ['the app’s own', 'background-fetch-polyfill:https://app.example/'];
  }
}
// As all members of an interface are.
Object.defineProperty(CacheStorage.prototype, 'keys', { enumerable: true });
const caches = new CacheStorage();

/** Web Locks, as far as `steal` and a shared request go. */
class FakeLocks {
  #holder: { steal(): void } | undefined;
  #waiting: (() => void)[] = [];

  async request(_: string, options: LockOptions, callback: () => unknown): Promise<unknown> {
    if (options.steal) {
      this.#holder?.steal();
      return new Promise((resolve, reject) => {
        this.#holder = { steal: () => reject(new DOMException('stolen', 'AbortError')) };
        // Not resolved with it: it can still be stolen.
        void Promise.resolve(callback()).then(resolve);
      });
    }
    await new Promise<void>((resolve, reject) => {
      if (!this.#holder) return resolve();
      this.#waiting.push(resolve);
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
    });
    return callback();
  }

  /** As when the worker that holds it dies. */
  release(): void {
    this.#holder = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export const locks = new FakeLocks();
export const network = { onLine: true };

Object.assign(globalThis, {
  ExtendableEvent,
  ServiceWorkerRegistration,
  CacheStorage,
  caches,
  Request: BrowserRequest,
});
Object.defineProperty(globalThis, 'location', { value: new URL('https://app.example/page') });
Object.defineProperty(globalThis, 'navigator', {
  configurable: true,
  value: {
    locks,
    get onLine() {
      return network.onLine;
    },
    storage: { estimate: async () => ({ quota: 1000, usage: 400 }) },
  },
});

export const makeRegistration = (scope = 'https://app.example/'): ServiceWorkerRegistration =>
  new ServiceWorkerRegistration(scope);
export type { ServiceWorkerRegistration as FakeRegistration };

const open: { close(): void }[] = [];

globalThis.MessageChannel = class extends MessageChannel {
  constructor() {
    super();
    open.push(this.port1, this.port2);
  }
};
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name: string) {
    super(name);
    open.push(this);
  }
};

/** Has a client hear its worker, as an open page does. */
export function hearing(client: Client): Client {
  new BroadcastChannel(CHANNEL).onmessage = ({ data }) => {
    if (data?.scope === client.scope) client.hear(data);
  };
  return client;
}

/** Channels keep Node.js from ending. */
export function closeChannels(): void {
  for (const channel of open.splice(0)) channel.close();
}

/** Lets everything happen that needs no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 25; turn++) await new Promise((resolve) => setImmediate(resolve));
}
