/** What all elements of a registration show, from all that tells of it. */
import { type Ended, forget, history } from '../extras/history.ts';
import type { Shown } from '../extras/meter.ts';
import { type ObservedFetch, observe } from '../extras/observe.ts';
import { finished, isLost, status } from '../extras/status.ts';
import { library } from '../offline/changes.ts';
import { type Item, list, remove } from '../offline/items.ts';
import { type Download, isOver, merge } from './download.ts';

/** What is used of the standard's objects. */
export interface Fetch extends Shown {
  abort(): Promise<boolean>;
}

export interface Manager {
  fetch(id: string, requests: unknown, options: object): Promise<Fetch>;
  get(id: string): Promise<Fetch | undefined>;
  getIds(): Promise<string[]>;
}

const models = new WeakMap<ServiceWorkerRegistration, Model>();

/** The one of a registration in this page. */
export function modelOf(registration: ServiceWorkerRegistration): Model {
  let model = models.get(registration);
  if (!model) models.set(registration, (model = new Model(registration)));
  return model;
}

export class Model {
  readonly registration: ServiceWorkerRegistration;
  /** `undefined` until it is known. */
  downloads: readonly Download[] | undefined;
  readonly #listeners = new Set<() => void>();
  #stop: (() => void) | undefined;
  #items: readonly Item[] = [];
  #ended: readonly Ended[] = [];
  #reading: Promise<unknown> | undefined;
  /** What was looked at in between; of what is too quick to be observed, that is all. */
  readonly #own = new Map<string, ObservedFetch>();
  /** What was not even begun. */
  readonly #refused = new Map<string, Ended>();
  readonly #gone = new WeakSet<object>();
  /** What has ended, as one text. */
  #over = '';

  constructor(registration: ServiceWorkerRegistration) {
    this.registration = registration;
  }

  /** `undefined` where the API is missing. */
  get manager(): Manager | undefined {
    return (this.registration as { backgroundFetch?: Manager }).backgroundFetch;
  }

  /** Has `listener` called at each change, until the function that is returned is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (!this.#stop) this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  /** Begins a background fetch. Where the browser refuses it, that is shown as a failure. */
  async start(id: string, requests: unknown, options: { title: string } & Record<string, unknown>): Promise<void> {
    this.#refused.delete(id);
    try {
      const fetch = await this.manager?.fetch(id, requests, options);
      if (!fetch) return;
      await this.look(fetch);
      void finished(fetch)
        .catch(nothing)
        .then(() => this.look(fetch));
    } catch (error) {
      const failureReason = (error as Error).name === 'QuotaExceededError' ? 'quota-exceeded' : 'fetch-error';
      const { title } = options;
      this.#refused.set(id, { id, title, failureReason, result: 'failure', downloaded: 0, ended: Date.now() });
      this.#tell();
      throw error;
    }
  }

  /** At once, and not only when the observer does. */
  async look(fetch: Shown): Promise<void> {
    this.#own.set(fetch.id, { id: fetch.id, fetch, ...(await status(fetch, this.registration)) });
    await this.#read();
  }

  /** Removes what is kept, and what is remembered of it. */
  async remove(id: string, { item, fetch }: Partial<Download> = {}): Promise<void> {
    // It may have been kept since it was shown.
    const kept = item ?? (await list().catch(nothing)).find((each) => each.id === id);
    if (kept) await remove(kept.name);
    await forget(this.registration, id);
    this.#refused.delete(id);
    if (fetch) this.#gone.add(fetch);
    await this.#read();
  }

  #begin(): void {
    const { subscribe } = observe(this.registration);
    const unsubscribe = subscribe(() => this.#observed());
    const changed = (): void => void this.#read();
    const told = (): void => this.#tell();
    library.addEventListener('change', changed);
    for (const type of NETWORK) addEventListener(type, told);
    this.#stop = () => {
      unsubscribe();
      library.removeEventListener('change', changed);
      for (const type of NETWORK) removeEventListener(type, told);
    };
    void this.#first();
  }

  /** Nothing is known before the observer has seen what is under way, unless it ends before that. */
  async #first(): Promise<void> {
    const ids = await this.manager?.getIds().catch(nothing);
    const isSeen = observe(this.registration).getSnapshot().length > 0;
    if (!ids?.length || isSeen) this.downloads ??= [];
    await this.#read();
    if (this.#stop && !this.downloads) setTimeout(() => void this.#first(), AGAIN);
  }

  #observed(): void {
    const observed = observe(this.registration).getSnapshot();
    // What is over may be what was before it, under the same id.
    for (const each of observed) {
      if (!isOver(each)) this.#refused.delete(each.id);
      if (!isOver(each) || this.#own.get(each.id)?.fetch === each.fetch) this.#own.delete(each.id);
    }
    const over = observed
      .filter(isOver)
      .map(({ id, state }) => `${id} ${state}`)
      .join('\n');
    // What is stored has changed with it.
    if (over !== this.#over || !this.downloads) void this.#read();
    this.#over = over;
    this.downloads ??= [];
    this.#tell();
  }

  /** What is stored. */
  async #read(): Promise<void> {
    const reading = (this.#reading = Promise.all([list().catch(nothing), history(this.registration).catch(nothing)]));
    const [items, ended] = await reading;
    // The next one has seen more.
    if (reading !== this.#reading) return;
    const names = new Set(items.map(({ name }) => name));
    for (const { id, name } of this.#items) if (!names.has(name)) this.#dismiss(id);
    this.#items = items;
    this.#ended = ended;
    this.#tell();
  }

  /** What is removed is not there because it was seen to come. */
  #dismiss(id: string): void {
    for (const each of this.#observedNow()) if (each.id === id && isOver(each)) this.#gone.add(each.fetch);
  }

  #observedNow(): ObservedFetch[] {
    // The observer leaves those out, too.
    for (const [id, { fetch }] of this.#own) if (isLost(fetch)) this.#own.delete(id);
    const own = new Map(this.#own);
    const observed = observe(this.registration).getSnapshot();
    const all = observed.map((each) => own.get(each.id) ?? each);
    for (const { id } of all) own.delete(id);
    return [...all, ...own.values()];
  }

  #tell(): void {
    if (!this.downloads) return;
    const observed = this.#observedNow();
    const stopped = new Set(observed.filter(({ reason }) => reason === 'aborted').map(({ id }) => id));
    this.downloads = merge({
      observed,
      items: this.#items,
      // What is stored of one that the user has stopped is of an earlier try: while the event lasts, there is no other.
      ended: [...this.#ended.filter(({ id }) => !stopped.has(id)), ...this.#refused.values()],
      gone: this.#gone,
      online: navigator.onLine,
    });
    for (const listener of this.#listeners) listener();
  }
}

const nothing = (): [] => [];

/** How soon is looked again whether anything is still under way, in milliseconds. */
const AGAIN = 1_000;

/** What the browser says of the network. */
const NETWORK = ['online', 'offline'];
