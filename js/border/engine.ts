/**
 * What crosses the border between JavaScript and the engine in WebAssembly, and between a page and
 * its service worker. Plain data only: everything here survives structured clone.
 *
 * The Rust twin of each type is in `src/convert.rs`; `tests/service_worker.rs` holds a round-trip
 * test of every one, so that neither side can drift.
 */

/** `BackgroundFetchResult` of the standard. */
export type Result = '' | 'success' | 'failure';

/** `BackgroundFetchFailureReason` of the standard. */
export type FailureReason =
  | ''
  | 'aborted'
  | 'bad-status'
  | 'fetch-error'
  | 'quota-exceeded'
  | 'download-total-exceeded';

/** `result` of a background fetch response (a record's), as in the standard. */
export type RecordResult = '' | 'success' | 'redundant' | Exclude<FailureReason, ''>;

/** One background fetch, as every realm's `BackgroundFetchRegistration` shows it. */
export interface FetchState {
  /** Unique for ever; made by the calling realm. Live objects are bound to it, not to `id`. */
  uid: string;
  /** The developer's id. May be used again once this fetch is no longer active. */
  id: string;
  /** Bytes. */
  uploadTotal: number;
  uploaded: number;
  /** Bytes; 0 means that the developer gave none. */
  downloadTotal: number;
  downloaded: number;
  result: Result;
  failureReason: FailureReason;
  recordsAvailable: boolean;
}

/** A `Request`, as it is stored and sent. */
export interface RequestData {
  /** Absolute, without credentials, with its fragment. */
  url: string;
  method: string;
  headers: [string, string][];
  mode: string;
  credentials: string;
  cache: string;
  redirect: string;
  referrer: string;
  referrerPolicy: string;
  integrity: string;
  /** `null` for no body. */
  body: Blob | ArrayBuffer | null;
}

/** Status line and headers of a response, as the network gave them. */
export interface ResponseHead {
  /** Without its fragment. */
  url: string;
  status: number;
  statusText: string;
  headers: [string, string][];
  type: string;
  redirected: boolean;
}

/** A stored piece of a body: one entry of the fetch's cache. */
export interface SegmentState {
  /** Key of the entry in the cache named by `cacheName(scope)`. */
  url: string;
  /** Offset in the body, and length; bytes. */
  start: number;
  length: number;
}

/** One record of a background fetch. */
export interface RecordState {
  uid: string;
  index: number;
  request: RequestData;
  result: RecordResult;
  /** Counts the responses that were begun: a higher one makes those before it "redundant". */
  version: number;
  /** `null` until a response head is stored. */
  head: ResponseHead | null;
  /** The stored pieces without a gap from 0, in order. */
  segments: SegmentState[];
}

/** Members of `BackgroundFetchUIOptions`, those given. */
export interface UIOptions {
  title?: string;
  icons?: { src: string; sizes?: string; type?: string; label?: string }[];
}

/** What an unfinished fetch is at, or waits for: see `Condition` in `state.rs`. */
export type Condition = 'running' | 'offline' | 'server' | 'retry' | 'turn' | 'paused' | 'app' | 'finishing';

/** What can be told of a fetch that is not over, beyond the standard. */
export interface Status {
  uid: string;
  title: string;
  /** Of each, those that were not given are null. */
  icons: NonNullable<UIOptions['icons']>;
  state: Condition;
  /** When that ends, in milliseconds from now on; `null` if nobody knows. */
  next: number | null;
  /** How many there are, those that succeeded, and those that did not. */
  requests: number;
  done: number;
  failed: number;
}

/** Arguments of {@link Engine.fetch}. */
export interface FetchArguments {
  uid: string;
  id: string;
  requests: RequestData[];
  title: string;
  icons: NonNullable<UIOptions['icons']>;
  /** Bytes, already converted by WebIDL's `unsigned long long`. */
  downloadTotal: number;
  /** Bytes of storage that the origin has left, at most. */
  available: number;
}

/** `CacheQueryOptions`. */
export interface MatchOptions {
  ignoreSearch: boolean;
  ignoreMethod: boolean;
  ignoreVary: boolean;
}

/** The types of event that the engine has fired in the service worker. */
export type EventType = 'backgroundfetchsuccess' | 'backgroundfetchfail' | 'backgroundfetchabort';

/** What the engine has a request sent with. */
export type SentInit = RequestInit & { headers: [string, string][]; url?: string };

/** Why a request has failed, as the engine knows it: `NetworkError` of `ports.rs`, in its order. */
export const Failure = {
  offline: 0,
  unreachable: 1,
  broken: 2,
  refused: 3,
  absent: 4,
  forbidden: 5,
  unprepared: 6,
} as const;

/** What the app has configured, as far as the engine is to know; what is not given is left as it is. */
export type Limits = [
  connections: number | undefined,
  maxConcurrentFetches: number | undefined,
  maxTotal: number | undefined,
  stallTimeout: number | undefined,
  retryFor: number | undefined,
  /** How long {@link Host.send} may take, in milliseconds; 0 where it is not to be called. */
  preparation: number,
  /** Whether nothing is asked for before {@link Engine.report} has said so. */
  held: boolean,
];

/** What the engine asks of JavaScript. */
export interface Host {
  /**
   * Fires the functional event; resolves when it is no longer active (its handlers have returned
   * and every promise given to `waitUntil` has settled), never rejects.
   */
  fireEvent(type: EventType, state: FetchState): Promise<void>;
  /**
   * "Update background fetch instances" in every realm. When `state.result` is set, resolves once
   * every page that can answer has the state, and at the latest after a second.
   */
  update(state: FetchState): Promise<void>;
  /** A record's head, stored bytes or result changed: with the segments that are new, or of a new version all. */
  recordChanged(record: RecordState): void;
  /** `true` when the first unfinished work appeared, `false` when the last was done. */
  active(active: boolean): void;
  /** The engine has ended, because its database was deleted: what it had is gone. */
  lost(): void;
  /** Whether the engine is to leave this fetch alone, as if it were not stored. Its entries are swept. */
  isAside(uid: string): boolean;
  /** The requests of the cache's entries, those at least that a row speaks of. */
  entries(cache: Cache): Promise<readonly Request[]>;
  /**
   * `fetch()`, after the app has prepared the request, if it does so and this is not attempt 0; rejects with a {@link Failure}.
   * Whom it is sent to is `url` of `init` then.
   */
  send(url: string, init: SentInit, attempt: number, received: number, status: number): Promise<Response>;
  /** Puts all bytes of the chunks into the cache; they must not be used afterwards. */
  put(cache: Cache, url: string, chunks: readonly Uint8Array[]): Promise<void>;
}

/**
 * The engine, a class exported by the wasm module. Every method rejects with an object that has
 * the standard's `name` (`TypeError`, `InvalidStateError`, `QuotaExceededError`, …) and a
 * `message`; what is thrown out of the instance itself is a trap, after which that is dead.
 */
export interface Engine {
  fetch(args: FetchArguments): Promise<FetchState>;
  get(id: string): Promise<FetchState | undefined>;
  getIds(): Promise<string[]>;
  /** The state of a fetch by its unique id: as it is, or for some days as it ended. */
  state(uid: string): Promise<FetchState | undefined>;
  abort(uid: string): Promise<boolean>;
  /** `matchAll`; `request` is null when the argument was not given. */
  match(uid: string, request: RequestData | null, options: MatchOptions): Promise<RecordState[]>;
  updateUI(uid: string, options: UIOptions): Promise<void>;
  /**
   * Whether there is a network, by the worker's `online` and `offline` events; or, with `held`, whether the app wants nothing to
   * be asked for now.
   */
  report(held: boolean, so: boolean): void;
  /** Whether a fetch is unfinished: running, waiting or with an event to deliver. */
  isActive(): boolean;
  /** For how long nothing will happen if nobody calls, in milliseconds: 0 while anything is under way. */
  rest(): Promise<number>;
  /** Whether it was active: it asks for nothing more until it may go on, in no life of the worker. */
  pause(uid: string, paused: boolean): Promise<boolean>;
  /** How it is with the newest fetch of this id that is not over. */
  status(id: string): Promise<Status | undefined>;
  /** Ends all transfers; what is stored stays. The instance must not be used afterwards. */
  stop(): void;
}

/** What the loader calls: takes the store over from any older worker and resumes what is there. */
export type StartEngine = (scope: string, host: Host, ...limits: Limits) => Promise<Engine>;
