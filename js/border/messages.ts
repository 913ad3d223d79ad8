/**
 * Everything that is said between a page and its service worker, and nothing else.
 *
 * A page posts {@link CallMessage}s to the active worker, because only such a message starts a
 * stopped worker. Each carries a MessagePort; on the newest of a session the worker answers and
 * tells what changes. The app's own `message` events stay the app's own.
 */

import type { FormEntries } from '../platform.ts';
import type { ErrorData } from '../webidl/exceptions.ts';
import type {
  FetchArguments,
  FetchState,
  MatchOptions,
  RecordState,
  RequestData,
  Status,
  UIOptions,
} from './engine.ts';
import type { Notes } from './notes.ts';

/** Marks our messages: others are the app's. */
export const BRAND = 'background-fetch-polyfill';

/** What this side can do: raised with every change of this file that an older side would misunderstand. */
export const VERSION = 1;

/**
 * What a call demands of the worker: the {@link VERSION} in which its kind was added or has last changed, so that a page
 * is understood by every worker that can do what it asks for, be it of last week. All kinds are as old as this:
 */
export const NEEDED = 1;

/** What a realm can ask of the worker that runs the engine. Every call may be repeated. */
export interface Calls {
  fetch(args: SentFetch): FetchState;
  get(id: string): FetchState | undefined;
  getIds(): string[];
  abort(uid: string): boolean;
  /** From then on the realm hears of changes to the records. */
  match(uid: string, request: RequestData | null, options: MatchOptions): RecordState[];
  /**
   * After a restart of the worker: the fetches that the realm holds objects of, and those among
   * them whose records it follows. Of those that are over, their end; undefined for what nobody knows any more.
   */
  subscribe(uids: string[], records: string[]): (FetchState | undefined)[];
  /**
   * Where the browser has the API itself by now: what is left unfinished, for its own; empty while another page has it.
   * Before that, what has ended is told. Other workers do not know of this kind.
   */
  handOver(): HandedFetch[];
  /** The browser's own API has it, or, when not `taken`, refuses it. */
  handedOver(uid: string, taken: boolean): void;
  /** Whether a fetch of this id is active: it asks for nothing more until it may go on. */
  pause(id: string, paused: boolean): boolean;
  /** What the app's hooks are given from now on, in each life of the worker. */
  setPreferences(preferences: unknown): void;
  /** How it is with the newest fetch of this id that is not over. */
  status(id: string): Status | undefined;
  /** Aborts what is unfinished, and removes all that is stored, what is kept and how fetches have ended included. */
  purge(): void;
  /** What has been noted in this life of the worker; undefined where nobody notes anything. */
  inspect(): Notes | undefined;
  /** Resumes what is unfinished. With `hold`, is answered after about 20 s, or when all is done. */
  keepAlive(hold: boolean): KeepAliveAnswer;
}

/** A request with its body as the page could have it. */
export interface SentRequest extends Omit<RequestData, 'body'> {
  body: Blob | FormEntries | null;
}

export interface SentFetch extends Omit<FetchArguments, 'available' | 'requests'> {
  requests: SentRequest[];
}

/** A background fetch as the arguments of the browser's own `fetch()`. */
export interface HandedFetch {
  uid: string;
  id: string;
  requests: RequestData[];
  /** `BackgroundFetchOptions`. */
  title: string;
  icons: NonNullable<UIOptions['icons']>;
  downloadTotal: number;
}

export interface KeepAliveAnswer {
  /** Whether there is something to do. */
  active: boolean;
  /** For how long there is not, though the work is unfinished, in milliseconds; then the worker is to be woken. */
  rest: number;
  /** Whether a newer worker waits for a moment in which this one has nothing to do. */
  pause: boolean;
}

export type Kind = keyof Calls;
export type Arguments<K extends Kind> = Parameters<Calls[K]>;
export type Answer<K extends Kind> = ReturnType<Calls[K]>;

/** Page → worker, by `ServiceWorker.postMessage`. */
export interface CallMessage<K extends Kind = Kind> {
  brand: typeof BRAND;
  /** See {@link NEEDED}. */
  version: number;
  /** The page, as long as it lives. */
  session: string;
  /** Counts the calls of a session: a repeated one has the same. */
  id: number;
  kind: K;
  args: Arguments<K>;
  /** Until when the page waits for a welcome, as `Date.now()`: a worker that starts later leaves it alone. */
  until?: number;
}

/** Page → worker, by the port. */
export type PageMessage =
  | { kind: 'ack'; ack: number }
  /** The page goes away: do not wait for it. */
  | { kind: 'bye' };

/** Worker → page, by the newest port. */
export type WorkerMessage =
  /** The first on each port: names the run of the worker that it leads to, and what that can be asked for. */
  | { kind: 'welcome'; run: string; version: number; features: string[] }
  /** The last on a port: all that follows comes on a newer one. */
  | { kind: 'moved' }
  /** To a repeated call that is being worked on: have patience. */
  | { kind: 'busy'; id: number }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: ErrorData }
  /** With `ack`, the worker waits for the page to have it. */
  | { kind: 'update'; state: FetchState; ack?: number }
  | { kind: 'record'; record: RecordUpdate };

/** A record without its request, which does not change, and with the segments that are new. */
export type RecordUpdate = Omit<RecordState, 'request'>;

/**
 * Worker → all pages of the origin, by the BroadcastChannel {@link CHANNEL}: one for the workers of all
 * scopes, as a page may not know yet of one that was registered after it was opened.
 */
export type Broadcast = News & { scope: string };

/** The engine has started, or the first unfinished work has appeared. */
export interface News {
  /** Of the engine that has started: ports that lead to an earlier run of the worker are dead. */
  run?: string;
  /** Whether there is unfinished work. */
  active: boolean;
}

export { BRAND as CHANNEL };

/** Whether a message is one of ours, of whatever version. */
export function isOurs(data: unknown): data is { brand: typeof BRAND } {
  return (data as { brand?: unknown } | null | undefined)?.brand === BRAND;
}

/** Whether a message of ours is a call, of whatever version. */
export function isCall(data: object): data is CallMessage {
  const { version, session, id, kind, args } = data as Partial<Record<keyof CallMessage, unknown>>;
  return (
    typeof version === 'number' &&
    typeof session === 'string' &&
    typeof id === 'number' &&
    typeof kind === 'string' &&
    Array.isArray(args)
  );
}
