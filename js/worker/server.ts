import { configuration } from '../border/configuration.ts';
import {
  type Answer,
  type Arguments,
  type CallMessage,
  type Calls,
  isCall,
  isOurs,
  type Kind,
  VERSION,
} from '../border/messages.ts';
import { BEYOND_ALL, storageLeft } from '../border/storage-left.ts';
import { hasStoredWork, isAnythingStored, removalOf } from '../border/stored-work.ts';
import { notSupported, toErrorData } from '../webidl/exceptions.ts';
import type { EngineLoader } from './engine-loader.ts';
import { atMost, CommonHold, MAX_HOLD } from './hold.ts';
import { refuse } from './refuse.ts';
import { receiveRequest } from './request-bodies.ts';
import type { Session, Sessions } from './sessions.ts';

/** What answers the calls of each kind. */
type Handlers = {
  [K in Kind]: (session: Session, ...args: Parameters<Calls[K]>) => Promise<Answer<K>>;
};

/** Kinds that only some workers know of. */
export type OtherHandlers = Pick<Handlers, 'handOver' | 'handedOver'>;

const ALL = { ignoreMethod: false, ignoreSearch: false, ignoreVary: false };

/**
 * In milliseconds, and less than the minute of a worker without a network. With all that is shorter, a server that does
 * not answer would be asked more often by new workers.
 */
const LONG_REST = 59_000;

/** In milliseconds: so long the handlers of what is aborted may take before all goes. */
const LEAVE = 5_000;

/**
 * In milliseconds: so often, at least, the app is asked whether anything may be asked for again, and an engine that could not
 * begin is begun once more.
 */
const LOOK_AGAIN = 60_000;

/** In milliseconds: so long after a newer version began to wait, holds are brief. */
const NEWLY = 60_000;

/** More is taken for nothing by `setTimeout()`. */
const LONGEST_TIMER = 2 ** 31 - 1;

type Registration = Pick<ServiceWorkerRegistration, 'scope' | 'waiting'>;

/** The worker's end: takes calls, and asks the engine. */
export class Server {
  readonly #registration: Registration;
  readonly #sessions: Sessions;
  readonly #loader: EngineLoader;
  readonly #hold = new CommonHold();
  #followedSince: number | undefined;
  /** Whether there was nothing to do but wait when somebody asked last. */
  #rests = false;

  constructor(registration: Registration, sessions: Sessions, loader: EngineLoader) {
    this.#registration = registration;
    this.#sessions = sessions;
    this.#loader = loader;
  }

  /** Calls that are to be answered, too. */
  serve(handlers: OtherHandlers): void {
    Object.assign(this.#handlers, handlers);
  }

  /** The listener of `message`: keeps ours from the app, and leaves the app's alone. */
  receive(event: ExtendableMessageEvent): void {
    const data = event.data as unknown;
    if (!isOurs(data)) return;
    event.stopImmediatePropagation();
    const port = event.ports[0];
    if (!isUnderstood(data)) return refuse(port, data, notServed(wantedBy(data)));
    // It has failed in the page by now, which may have called again, or told its user.
    if (data.until && Date.now() > data.until) return;
    // Pages call the active one.
    this.#loader.proveActive();
    // To a worker that has been replaced: the page will ask the new one.
    if (!this.#loader.allowed) return;
    const session = this.#sessions.of(data.session, port);
    if (!session) return this.#loader.sayHello();
    if (port) {
      const features = Object.keys(this.#handlers);
      session.post({ kind: 'welcome', run: this.#loader.run, version: VERSION, features });
    }
    event.waitUntil(atMost(MAX_HOLD, this.#answer(session, data)));
  }

  /** What a call asks for, or an exception. */
  async call<K extends Kind>(session: Session, kind: K, args: Arguments<K>): Promise<Answer<K>> {
    if (!Object.hasOwn(this.#handlers, kind)) throw notServed(kind);
    return (this.#handlers as Handlers)[kind](session, ...args);
  }

  /** Goes on with what is unfinished. A worker that is not the active one leaves it to that one. */
  async resume(): Promise<void> {
    if (!this.#loader.allowed || !(await this.#mayHaveWork())) return;
    // Meanwhile it may have turned out that this worker is not the one.
    if (this.#loader.allowed) await this.#loader.resume();
  }

  /** As {@link resume}, where nobody waits for it. */
  begin(): void {
    void this.#try(this.resume().then(() => this.#stir()));
  }

  /**
   * As {@link resume}, and keeps an event until all is done, or for about 20 s. Where there is nothing to do but wait, it
   * resolves at once, with how long; else with 0.
   */
  async work(): Promise<number> {
    await this.resume();
    const rest = await this.#rest();
    if (!rest && this.#keepsAlive) await Promise.race([this.#loader.idle(), this.pause()]);
    return rest;
  }

  /** Until the events that wait are let go of: about 20 s at most. */
  pause(): Promise<void> {
    return this.#hold.join(this.#isNewlyFollowed);
  }

  /** As {@link work}, for an event of the app's, which must not fail with it. */
  tryToWork(): Promise<void> {
    return this.#try(this.work());
  }

  /** What fails here fails for the app's next call, too, which says so. */
  async #try(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => {
      if (this.#loader.isTrap(error)) this.#loader.drop();
    });
  }

  /** Whoever was told that there is nothing to do but wait learns that there is again. */
  async #stir(): Promise<void> {
    if (this.#rests && !(await this.#rest()) && this.#loader.active) this.#loader.stir();
  }

  /** Lets go of the events that wait: see {@link CommonHold}. */
  release(): void {
    this.#hold.release();
  }

  async #answer(session: Session, { id, kind, args }: CallMessage): Promise<void> {
    const running = session.calls.get(id);
    if (running) {
      session.post({ kind: 'busy', id });
      return running;
    }
    const answered = this.call(session, kind, args)
      .then((value) => session.post({ kind: 'answer', id, value }))
      // Of an answer that cannot be sent, too.
      .catch((error: unknown) => {
        // The page will ask the worker that has taken over.
        if (this.#loader.allowed) session.post({ kind: 'error', id, error: toErrorData(error) });
      });
    session.calls.set(id, answered);
    await answered;
    session.calls.delete(id);
  }

  /** An engine that has trapped has left its work in the store. */
  async #isWorking(): Promise<boolean> {
    return this.#loader.loaded ? this.#loader.active : hasStoredWork(this.#registration.scope);
  }

  /** For how long there is nothing to do but wait; 0 where it is too short for the worker to sleep. */
  async #rest(): Promise<number> {
    const rest = this.#loader.loaded ? await this.#loader.use((engine) => engine.rest()) : 0;
    this.#rests = rest >= LONG_REST;
    return this.#rests ? Math.min(rest, LONGEST_TIMER) : 0;
  }

  /** Whether the worker is to live for as long as there is work, as far as it is up to us. */
  get #keepsAlive(): boolean {
    return configuration()[5] !== false;
  }

  /** Whether a newer version waits for this one to end. */
  get #isFollowed(): boolean {
    return this.#registration.waiting !== null;
  }

  /** Whether it may be told at any moment to take over: in its first minute. Some wait for days. */
  get #isNewlyFollowed(): boolean {
    if (!this.#isFollowed) this.#followedSince = undefined;
    else this.#followedSince ??= performance.now();
    return performance.now() - (this.#followedSince ?? -Infinity) < NEWLY;
  }

  /** Whether anything may be stored; where nothing is, nothing need be loaded to say so. */
  async #mayHaveWork(): Promise<boolean> {
    return this.#loader.loaded || hasStoredWork(this.#registration.scope);
  }

  readonly #handlers: Omit<Handlers, keyof OtherHandlers> & Partial<OtherHandlers> = {
    fetch: async (session, args) => {
      // Before it begins: it may be over as soon as the call.
      session.uids.add(args.uid);
      try {
        // Of what has no total nobody knows whether it has room.
        const left = args.downloadTotal > 0 ? await storageLeft() : BEYOND_ALL;
        const available = Math.min(left, configuration()[2] ?? BEYOND_ALL);
        const requests = await Promise.all(args.requests.map(receiveRequest));
        const state = await this.#loader.use((engine) => engine.fetch({ ...args, requests, available }));
        // Its answer was lost before, and all is over.
        if (!state.recordsAvailable) session.uids.delete(args.uid);
        void this.#try(this.#stir());
        return state;
      } catch (error) {
        session.uids.delete(args.uid);
        throw error;
      }
    },
    get: async (session, id) => {
      if (!(await this.#mayHaveWork())) return undefined;
      const state = await this.#loader.use((engine) => engine.get(id));
      if (state) session.uids.add(state.uid);
      return state;
    },
    getIds: async () => ((await this.#mayHaveWork()) ? this.#loader.use((engine) => engine.getIds()) : []),
    status: async (_, id) =>
      (await this.#mayHaveWork()) ? this.#loader.use((engine) => engine.status(id)) : undefined,
    pause: async (_, id, paused) => {
      if (!(await this.#mayHaveWork())) return false;
      const state = await this.#loader.use((engine) => engine.get(id));
      return state !== undefined && this.#loader.use((engine) => engine.pause(state.uid, paused));
    },
    setPreferences: async (_, preferences) => {
      // There is a database by then.
      await this.#loader.resume();
      await this.#loader.hooks.setPreferences(preferences);
      await this.#loader.look();
      void this.#try(this.#stir());
    },
    abort: async (_, uid) => {
      const aborted = await this.#loader.use((engine) => engine.abort(uid));
      void this.#try(this.#stir());
      return aborted;
    },
    purge: async () => {
      if (await this.#mayHaveWork()) {
        for (const id of await this.#loader.use((engine) => engine.getIds())) {
          const state = await this.#loader.use((engine) => engine.get(id));
          if (state) await this.#loader.use((engine) => engine.abort(state.uid));
        }
        await atMost(LEAVE, this.#loader.idle());
      }
      const remove = removalOf(this.#registration.scope);
      // Twice: who has looked for the database meanwhile may have made one by that, which WebKit leaves there, empty.
      await this.#loader.end(() => remove().then(remove));
    },
    inspect: async () => configuration()[9]?.(),
    match: async (session, uid, request, options) => {
      // Before it is answered, so that no change is missed.
      const isNew = !session.records.has(uid);
      session.records.add(uid);
      try {
        return await this.#loader.use((engine) => engine.match(uid, request, options));
      } catch (error) {
        // Somebody else may still want to hear.
        if (isNew) session.records.delete(uid);
        throw error;
      }
    },
    subscribe: (session, uids, records) =>
      Promise.all(uids.map((uid) => this.#subscribe(session, uid, records.includes(uid)))),
    keepAlive: async (_, hold) => {
      try {
        await (hold ? this.work() : this.resume());
      } catch (error) {
        // The page asks the worker that has taken over.
        if (!this.#loader.allowed) throw error;
        // Nobody hears of it when a storage has come back.
        return { active: false, rest: LOOK_AGAIN, pause: this.#isFollowed };
      }
      const working = this.#keepsAlive && (await this.#isWorking());
      // The app may have something to be done that it does not want to be done now.
      const held = this.#loader.held && (await hasStoredWork(this.#registration.scope)) ? LOOK_AGAIN : 0;
      const rest = working ? await this.#rest() : held;
      return { active: working && !rest, rest, pause: this.#isFollowed };
    },
  };

  async #subscribe(session: Session, uid: string, records: boolean): Promise<Answer<'get'>> {
    session.uids.add(uid);
    // An engine that is started for nothing makes a database. A look that fails tells nothing.
    const isThere = this.#loader.loaded || (await isAnythingStored(this.#registration.scope).catch(() => true));
    const state = isThere ? await this.#loader.use((engine) => engine.state(uid)) : undefined;
    if (!state?.recordsAvailable) session.uids.delete(uid);
    else if (records) await this.#postRecords(session, uid).catch(() => undefined);
    return state;
  }

  /** Rejects when it has ended meanwhile, which the session is told. */
  async #postRecords(session: Session, uid: string): Promise<void> {
    for (const { request: _, ...record } of await this.call(session, 'match', [uid, null, ALL])) {
      session.post({ kind: 'record', record });
    }
  }
}

/** A page of a newer version may still be kept alive. */
const isUnderstood = (data: object): data is CallMessage =>
  isCall(data) && (data.version <= VERSION || data.kind === 'keepAlive');

/** What a message of ours asks for that is of a newer version, or no call at all. */
const wantedBy = (data: object): string =>
  isCall(data) ? `${data.kind} of version ${data.version}` : 'what is no call';

const notServed = (wanted: string): DOMException =>
  notSupported(`The page asks for ${wanted}, but this worker has version ${VERSION}: update it.`);
