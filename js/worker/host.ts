import { instanceOf, loseInstance } from '../api/instances.ts';
import { configuration } from '../border/configuration.ts';
import type { Connection } from '../border/connection.ts';
import type { EventType, FetchState, Host, RecordState, SentInit, UIOptions } from '../border/engine.ts';
import { isWebKit } from '../platform.ts';
import { lengthOf, put } from './bytes.ts';
import type { EngineLoader } from './engine-loader.ts';
import { FunctionalEvent } from './functional-event.ts';
import { RecordedEntries } from './recorded-entries.ts';
import type { Sessions } from './sessions.ts';

/** Its own tag among the app's. */
export const SYNC_TAG = 'background-fetch-polyfill';

/** Missing from TypeScript's library: https://wicg.github.io/background-sync/spec/ */
interface WithSync {
  sync?: { register(tag: string): Promise<void> };
}

/** What the engine asks of the service worker. */
export class WorkerHost implements Host {
  readonly #global: ServiceWorkerGlobalScope;
  readonly #sessions: Sessions;
  readonly #target: EventTarget;
  /** Where the keys of a cache are not to be listed. */
  readonly #recorded: RecordedEntries | undefined;
  /** See {@link Host.isAside}: none, but where all goes to the browser. */
  isAside = (_uid: string): boolean => false;
  /** Set right after the construction: the loader needs the host, too. */
  loader!: EngineLoader;
  connection!: Connection;

  /** The events of background fetches are dispatched at `target`. */
  constructor(global: ServiceWorkerGlobalScope, sessions: Sessions, target: EventTarget) {
    this.#global = global;
    this.#sessions = sessions;
    this.#target = target;
    if (isWebKit) this.#recorded = new RecordedEntries(global.registration.scope);
  }

  async fireEvent(type: EventType, state: FetchState): Promise<void> {
    // This realm may have an object of the fetch only from now on.
    this.#sessions.local.uids.add(state.uid);
    const updateUI = (uid: string, options: UIOptions): Promise<void> =>
      this.loader.use((engine) => engine.updateUI(uid, options));
    const registration = instanceOf(state, this.connection);
    await new FunctionalEvent(state.uid, updateUI).dispatch(this.#target, type, registration);
  }

  update(state: FetchState): Promise<void> {
    return this.#sessions.update(state);
  }

  recordChanged(record: RecordState): void {
    this.#sessions.recordChanged(record);
  }

  active(active: boolean): void {
    // Not from within the engine's own call.
    queueMicrotask(() => this.loader.checkIdle());
    if (!active) {
      void this.#recorded?.tidy().catch(() => undefined);
      return;
    }
    this.loader.tell({ active });
    this.registerSync();
  }

  lost(): void {
    const { uids } = this.#sessions.local;
    for (const uid of uids) loseInstance(uid);
    uids.clear();
    this.loader.lose();
  }

  entries(cache: Cache): Promise<readonly Request[]> {
    return this.#recorded ? this.#recorded.list(cache) : cache.keys();
  }

  send(url: string, init: SentInit, attempt: number, received: number, status: number): Promise<Response> {
    return this.loader.hooks.send(url, init, attempt, received, status);
  }

  async put(cache: Cache, url: string, chunks: readonly Uint8Array[]): Promise<void> {
    await this.#recorded?.note(url, lengthOf(chunks));
    return put(cache, url, chunks);
  }

  /** Where it exists, the browser starts the worker when it is online, even without a page. */
  registerSync(): void {
    const { sync } = this.#global.registration as WithSync;
    if (configuration()[5] !== false) sync?.register(SYNC_TAG).catch(() => undefined);
  }
}
