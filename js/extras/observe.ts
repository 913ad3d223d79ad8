/** All background fetches of a registration, as user interfaces want them: something to subscribe to, and snapshots. */
import { managerOf } from './manager.ts';
import type { Shown } from './meter.ts';
import { type FetchStatus, isLost, status } from './status.ts';

/** How often is looked for new ones, and for what no event tells, in milliseconds. */
const EVERY = 1_000;

/** How soon after a `progress` event, of which there may be twenty a second. */
const SOON = 200;

export interface ObservedFetch extends FetchStatus {
  id: string;
  /** The standard's object. */
  fetch: Shown;
}

const observers = new WeakMap<ServiceWorkerRegistration, Observer>();

/** The one observer of a registration in this realm. It looks for as long as somebody has subscribed. */
export function observe(registration: ServiceWorkerRegistration): Observer {
  let observer = observers.get(registration);
  if (!observer) observers.set(registration, (observer = new Observer(registration)));
  return observer;
}

/** Fires `change`. `subscribe` and `getSnapshot` are what `useSyncExternalStore` and its like take. */
export class Observer extends EventTarget {
  readonly #registration: ServiceWorkerRegistration;
  readonly #fetches = new Map<string, Shown>();
  #snapshot: readonly ObservedFetch[] = Object.freeze([]);
  readonly #subscribers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;
  #showing: ReturnType<typeof setTimeout> | undefined;

  constructor(registration: ServiceWorkerRegistration) {
    super();
    this.#registration = registration;
  }

  /** Begins to look, until the function that is returned is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // One and the same function may have subscribed twice.
    const own = (): void => listener();
    this.addEventListener('change', own);
    this.#subscribers.add(own);
    if (this.#subscribers.size === 1) void this.#look();
    return () => {
      this.removeEventListener('change', own);
      this.#subscribers.delete(own);
      if (!this.#subscribers.size) clearTimeout(this.#timer);
    };
  };

  /** What there is, the oldest first, with those that have ended while somebody looked. The same array until it changes. */
  readonly getSnapshot = (): readonly ObservedFetch[] => this.#snapshot;

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#find();
      await this.#show();
    } catch {
      // No worker, or one that does not answer: the next look may find one.
    }
    this.#looking = false;
    if (this.#subscribers.size) this.#timer = setTimeout(() => void this.#look(), EVERY);
  }

  async #find(): Promise<void> {
    const manager = managerOf(this.#registration);
    if (!manager) return;
    for (const id of await manager.getIds()) {
      const known = this.#fetches.get(id);
      if (known?.result === '' && known.recordsAvailable) continue;
      const fetch = await manager.get(id);
      if (!fetch) continue;
      // In the place of one that was before it: a new one is the youngest.
      this.#fetches.delete(id);
      this.#fetches.set(id, fetch);
      fetch.addEventListener('progress', () => {
        this.#showing ??= setTimeout(() => void this.#show(), SOON);
      });
    }
  }

  async #show(): Promise<void> {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    // No event tells of it.
    for (const [id, fetch] of this.#fetches) if (isLost(fetch)) this.#fetches.delete(id);
    const shown = await Promise.all(
      [...this.#fetches].map(async ([id, fetch]) =>
        Object.freeze({ id, fetch, ...(await status(fetch, this.#registration)) }),
      ),
    );
    // Whether there is nothing new to see.
    if (JSON.stringify(shown) === JSON.stringify(this.#snapshot)) return;
    this.#snapshot = Object.freeze(shown);
    this.dispatchEvent(new Event('change'));
  }
}
