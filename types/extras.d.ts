/// <reference path="./index.d.ts" />

/**
 * Beyond the standard, and kept off its objects: functions over them, for pages and service workers. Those that take a
 * BackgroundFetchRegistration work with the browser's own, too, as far as it tells. `observe()`, `pause()`, `resume()` and
 * `retry()` look at `registration.backgroundFetch`, and so do not know of the ponyfill.
 */

/** What is shown of one image; absent members are null or missing. */
export interface Icon {
  readonly src: string;
  readonly sizes?: string | null;
  readonly type?: string | null;
  readonly label?: string | null;
}

export interface FetchStatus {
  readonly state: 'running' | 'waiting' | 'paused' | 'finishing' | 'success' | 'failure';
  /**
   * What it waits for: the network, a time that its server has named, the next attempt after one that failed, a connection
   * that others have, the app, whose `mayRun()` says no; or why it has failed.
   */
  readonly reason: '' | 'offline' | 'server' | 'retry' | 'turn' | 'app' | BackgroundFetchRegistration['failureReason'];
  /** When it is to go on, as of `Date.now()`; null if nobody knows. */
  readonly nextAttempt: number | null;
  /** Bytes a second, sent and received, of the last ten seconds. */
  readonly rate: number;
  /** To `downloadTotal`, at this rate; null without a total, or while nothing comes. */
  readonly secondsLeft: number | null;
  readonly downloaded: number;
  readonly downloadTotal: number;
  readonly uploaded: number;
  readonly uploadTotal: number;
  /** Null where only the browser knows. */
  readonly requests: { readonly done: number; readonly failed: number; readonly total: number } | null;
  /** Empty where only the browser knows. */
  readonly title: string;
  readonly icons: readonly Icon[];
}

/**
 * How it is with a fetch now. `registration` is the service worker's that it belongs to; by default this worker's own, or
 * that of this page.
 */
export function status(
  fetch: BackgroundFetchRegistration,
  registration?: ServiceWorkerRegistration,
): Promise<FetchStatus>;

/**
 * Resolves when the fetch is over: at once if it is. Rejects with an InvalidStateError if how it has ended is lost: the site's
 * data were cleared, or the registration is gone.
 */
export function finished(
  fetch: BackgroundFetchRegistration,
): Promise<{ result: 'success' | 'failure'; failureReason: BackgroundFetchRegistration['failureReason'] }>;

export interface ObservedFetch extends FetchStatus {
  readonly id: string;
  /** The standard's object. */
  readonly fetch: BackgroundFetchRegistration;
}

/** Fires `change`. */
export interface Observer extends EventTarget {
  /** Looks, until the function that is returned is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Those that are active, the oldest first, and those that have ended while somebody looked. The same frozen array until
   * something changes.
   */
  readonly getSnapshot: () => readonly ObservedFetch[];
}

/** The one observer of a registration. `subscribe` and `getSnapshot` are what `useSyncExternalStore` takes. */
export function observe(registration: ServiceWorkerRegistration): Observer;

/**
 * Has the active background fetch of this id ask for nothing more, until `resume()`; resolves, when that is durable, with
 * whether there is one. What has come stays, and no worker is kept alive for it. Uploads that are on their way, and what
 * could not be gone on with, come to their ends. Rejects with a NotSupportedError where the browser's own API is used, which
 * cannot be paused.
 */
export function pause(registration: ServiceWorkerRegistration, id: string): Promise<boolean>;

/** Lets it go on. */
export function resume(registration: ServiceWorkerRegistration, id: string): Promise<boolean>;

/** What is known of a request that is about to be sent. */
export interface RequestAttempt {
  /** 1 for the first, or more after attempts that brought nothing. */
  readonly attempt: number;
  /** Bytes of the response that are stored. */
  readonly received: number;
  /** 401 or 403, if the server has answered the last one so; else undefined. */
  readonly status: number | undefined;
  /** What `setPreferences()` has stored last; undefined if nothing. */
  readonly preferences: any;
}

/** What may be configured. What is not given stays as it is. */
export interface Configuration {
  /** The most connections at a time, over all fetches; 4 by default, and two more in need. */
  connections?: number | undefined;
  /** The most fetches that ask for anything at a time, the oldest first; all by default. */
  maxConcurrentFetches?: number | undefined;
  /**
   * Bytes that one fetch may have. `fetch()` rejects with a QuotaExceededError if its `downloadTotal` is more; a fetch whose
   * responses are, or say that they are, fails with "quota-exceeded".
   */
  maxTotal?: number | undefined;
  /** Milliseconds that a connection may be silent before it is given up; 30,000 by default, and more with each attempt. */
  stallTimeout?: number | undefined;
  /**
   * Milliseconds for which a server that has answered before, or a network in which nobody answers, is waited for; a week
   * by default.
   */
  retryFor?: number | undefined;
  /** Whether pages, and Background Sync, keep the worker alive for as long as there is work; true by default. */
  keepAlive?: boolean | undefined;
  /**
   * Whether anything may be asked for now; asked at each occasion that wakes the worker, when preferences change, and about
   * once a minute while a page is open. While it says no, nothing is asked for, what runs stops where it can be gone on with,
   * and no worker is kept alive. An error, or no answer within five seconds, is a no, and is reported.
   */
  mayRun?: ((preferences: any) => boolean | PromiseLike<boolean>) | undefined;
  /**
   * Asked before each request, and after 401 and 403, a few times in a row: what is to be sent, or nothing if it is to be sent
   * as it is. `Range` is added to it. Method and body stay as they are, and so does the request that the app sees. An error, or
   * no answer within 20 seconds, is reported, and counts as an attempt: it is asked again later.
   */
  prepareRequest?:
    | ((request: Request, attempt: RequestAttempt) => Request | undefined | PromiseLike<Request | undefined>)
    | undefined;
}

/**
 * In a service worker, while its script is evaluated: how background fetches are to be done, before or after the import of
 * the polyfill. Called again, it adds to what was given before. The browser's own know nothing of it. Throws a TypeError for
 * what is no option or no value of one, and an InvalidStateError in pages and when it is too late.
 */
export function configure(options: Configuration): void;

/**
 * Stores what `mayRun()` and `prepareRequest()` are given from now on, in each life of the worker: anything that can be
 * cloned. Resolves when it is durable, and heeded. Rejects with a NotSupportedError where the browser's own API is used, which
 * knows no preferences.
 */
export function setPreferences(registration: ServiceWorkerRegistration, preferences: unknown): Promise<void>;

/** How a fetch has ended. */
export interface Ended {
  readonly id: string;
  readonly title: string;
  readonly result: 'success' | 'failure';
  readonly failureReason: BackgroundFetchRegistration['failureReason'];
  /** Bytes of all responses. */
  readonly downloaded: number;
  /** When, as of `Date.now()`. */
  readonly ended: number;
}

/**
 * How this library's fetches have ended, the oldest first: those of a week, and of the last 256. Those of the browser's own
 * are not remembered.
 */
export function history(registration: ServiceWorkerRegistration): Promise<Ended[]>;

/** Removes those with this id from the history; one whose event lasts will not be in it. */
export function forget(registration: ServiceWorkerRegistration, id: string): Promise<void>;

/**
 * Begins the newest background fetch of this id again, which has failed or was aborted: the same requests, under the same
 * id, with the same title, icons and `downloadTotal`, from scratch. Resolves and rejects as `fetch()` does: with a TypeError
 * where one of this id is active.
 *
 * What it asked for is kept as long as the history, of 4096 requests in all, but without bodies: an upload can be begun
 * again while its event lasts, and is sent once more then, whatever came of it before. Rejects with an InvalidStateError
 * where none has failed or what it asked for is not kept, and with a NotSupportedError where the browser's own API is used, of
 * which nobody knows that.
 */
export function retry(registration: ServiceWorkerRegistration, id: string): Promise<BackgroundFetchRegistration>;

/**
 * What apps may ask {@link supports} for: `native`, whether the API is the browser's own, so that downloads go on without a
 * page, and the browser shows them; `pause`, for `pause()` and `resume()`; `history`, for `history()` and `forget()`;
 * `retry`, for `retry()`; `offline`, for `background-fetch-polyfill/offline`, which goes with the browser's own, too.
 */
export type Feature = 'native' | 'pause' | 'history' | 'retry' | 'offline';

/** Whether this is there in this page or worker, known at once. Of a name that it does not know, false. */
export function supports(feature: Feature | (string & {})): boolean;

/**
 * Removes all that this library has in a registration, for a logout, or before it is uninstalled: background fetches are
 * aborted, then items of `./offline`, the history, the database and the caches go. `registration` is by default this worker's
 * own, or that of this page, which is waited for.
 *
 * The handlers of the events have five seconds. Resolves when all is gone; what is begun afterwards works as ever. Rejects
 * with an InvalidStateError if something does not go. Where the browser's own API is used, its background fetches of the
 * registration are aborted, too. What handlers have put into caches of the app is the app's.
 */
export function purge(registration?: ServiceWorkerRegistration): Promise<void>;

export interface Problem {
  readonly code:
    | 'cannot-work'
    | 'no-worker'
    | 'deaf-worker'
    | 'older-worker'
    | 'waiting-version'
    | 'wasm-refused'
    | 'little-room'
    | 'not-persistent';
  /** What is so. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}

/**
 * What stands in the way of background fetches; as a rule nothing. Takes some seconds where the worker does not answer. Asks
 * for the worker's script, whose policy may forbid WebAssembly.
 */
export function diagnose(registration: ServiceWorkerRegistration): Promise<Problem[]>;

/** Whether the browser says that it has room for so many bytes more; those that do not say are believed to have it. */
export function canStore(bytes: number): Promise<boolean>;

/** A response, or a part of one, that is on its way. */
export interface InspectedPart {
  /** Counts the connections of one watched worker; its events have the same. */
  readonly connection: number;
  /** Offset in the body of the first byte that it is to bring, and after the last; null for all that follows. */
  readonly from: number;
  readonly to: number | null;
  /** When it was asked for. */
  readonly since: number;
  /** Of its answer; null before that. */
  readonly status: number | null;
}

export interface InspectedRecord {
  readonly index: number;
  readonly url: string;
  readonly method: string;
  /** Empty until it is settled. */
  readonly result: '' | 'success' | BackgroundFetchRegistration['failureReason'];
  /** Of the response that is stored; null before its first bytes are. */
  readonly status: number | null;
  /** Bytes that this response says it has; null where it does not, or was compressed on its way. */
  readonly length: number | null;
  /** The strong ETag or date by which its parts are told to be of one version. */
  readonly validator: string | null;
  /** How many responses were begun. */
  readonly responses: number;
  /** Attempts that brought nothing, since anything came. */
  readonly attempts: number;
  /** What is stored: offset in the body and length of each piece, in order; bytes. */
  readonly segments: readonly { readonly start: number; readonly length: number }[];
  /** Offsets where two responses meet of which nobody knows yet that they are of one version. */
  readonly seams: readonly number[];
  /** What is on its way. */
  readonly parts: readonly InspectedPart[];
}

export interface InspectedFetch {
  /** Unique for ever, other than the id. */
  readonly uid: string;
  readonly id: string;
  readonly title: string;
  /** `ended`: the outcome is decided, and its event is not over. */
  readonly stage: 'active' | 'ended';
  readonly failureReason: BackgroundFetchRegistration['failureReason'];
  readonly downloadTotal: number;
  readonly uploadTotal: number;
  /** How often its event was delivered and not taken. */
  readonly deliveries: number;
  /** What it is at, or waits for, as of `status()`; null where the worker does not tell. */
  readonly state: 'running' | 'offline' | 'server' | 'retry' | 'turn' | 'paused' | 'app' | 'finishing' | null;
  /** When it is to go on; null if nobody knows. */
  readonly nextAttempt: number | null;
  readonly records: readonly InspectedRecord[];
}

export interface InspectedOrigin {
  readonly origin: string;
  /** Until when it has asked to be left alone; null if it has not. */
  readonly heldUntil: number | null;
  /** Requests that it is answering, or is to answer. */
  readonly connections: number;
  /** Whether it has sent parts, or says that it does; null where nobody knows yet. */
  readonly ranges: boolean | null;
}

/**
 * Something that happened in the worker. An engine has `started`, in a new life of the worker, say; there is work (`busy`) or
 * none any more (`idle`); its database was deleted (`lost`). A request was `sent`, its head has come (`answered`), or will not
 * (`failed`), it is over (`closed`). So many bytes of a record were `stored`, as far as they came through the script. A fetch
 * has come so far (`progress`, the last one only), its outcome is known (`ended`), its `event` is dispatched, the handlers have
 * `handled` it, nothing is left (`over`).
 */
export interface InspectedEvent {
  readonly at: number;
  readonly type:
    | 'started'
    | 'busy'
    | 'idle'
    | 'lost'
    | 'sent'
    | 'answered'
    | 'failed'
    | 'closed'
    | 'stored'
    | 'progress'
    | 'ended'
    | 'event'
    | 'handled'
    | 'over';
  /** Of a connection. */
  readonly connection?: number;
  readonly url?: string;
  readonly method?: string;
  readonly from?: number;
  readonly to?: number | null;
  readonly status?: number;
  /** Of a fetch, or one of its records. */
  readonly uid?: string;
  readonly id?: string;
  readonly index?: number;
  readonly bytes?: number;
  readonly result?: 'success' | 'failure';
  /**
   * Why a request had no answer: no network, nobody there, the connection broke, CORS, nobody there though the app's own server
   * is, forbidden by a policy, not prepared by the app; or the `failureReason` of a fetch that has ended.
   */
  readonly reason?:
    | 'offline'
    | 'unreachable'
    | 'broken'
    | 'refused'
    | 'absent'
    | 'forbidden'
    | 'unprepared'
    | BackgroundFetchRegistration['failureReason'];
  /** The type of what is dispatched. */
  readonly event?: string;
}

/** What `inspect()` tells: plain data, for `JSON.stringify()`. All times are as of `Date.now()`. */
export interface Inspection {
  /** When it was made. */
  readonly at: number;
  /** Whether the worker takes notes, by `debug()`: else there are no parts and no events. */
  readonly watched: boolean;
  /** How many engines there have been: each life of the worker in which there was work has one, or another after a failure. */
  readonly engines: number;
  /** Those that are not over, the oldest first. */
  readonly fetches: readonly InspectedFetch[];
  /** Those that are asked for something. */
  readonly origins: readonly InspectedOrigin[];
  /** The last 200, the oldest first. */
  readonly events: readonly InspectedEvent[];
}

/**
 * All that is known of a registration's background fetches: what is stored of them, what is on its way, what has happened.
 * Ids, titles, URLs and validators are in it, and no header; what stands behind `?` in URLs only with `queries`. A worker that
 * sleeps is woken. Rejects with a NotSupportedError where the browser's own API is used, of which nobody knows that.
 */
export function inspect(
  registration: ServiceWorkerRegistration,
  options?: { queries?: boolean | undefined },
): Promise<Inspection>;

/**
 * For those who look for a mistake. From then on the console warns of the usual ones, of each once: in a page, of a service
 * worker without this library, or with an older one; in a service worker, of a success that no handler has looked at, and of a
 * function in the place of a promise for `waitUntil()`. A service worker takes notes, too, for `inspect()`.
 *
 * In a service worker, call it while the script is evaluated, with what `serve()` of the ponyfill has returned if you use that.
 */
export function debug(target?: EventTarget): void;
