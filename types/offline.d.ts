/// <reference path="./index.d.ts" />

/**
 * The library: what background fetches have brought stays where it is, and is served from there, with ranges. In pages
 * and in the service worker; it belongs to the registration whose scope the page is in.
 */

/** What was a background fetch. */
export interface Item {
  /** Unique among those of a registration. */
  name: string;
  /** Of the background fetch. */
  id: string;
  /** Of the background fetch; empty where the browser has the API, and tells none. */
  title: string;
  /** Bytes of all bodies. */
  size: number;
  /** When it was kept, in milliseconds since 1970. */
  kept: number;
  /** What {@link respond} answers requests for, without fragments. */
  urls: string[];
}

export interface KeepOptions {
  /** By default, the id of the background fetch. */
  name?: string;
}

/**
 * Makes an item of a background fetch that has succeeded, while its event lasts: give what it returns to `waitUntil()`.
 * Another item of the same name is removed when this one is there. May be called again.
 *
 * Where this library has fetched it, no byte is copied. Where the browser has, its records are read and stored again.
 *
 * Rejects with an InvalidStateError if it has not succeeded, or is over, and with a QuotaExceededError where there is no
 * room for a copy.
 */
export function keep(registration: BackgroundFetchRegistration, options?: KeepOptions): Promise<Item>;

/** The whole response to a GET of this URL that is kept, whatever range is asked for; undefined if there is none. */
export function match(request: RequestInfo | URL): Promise<Response | undefined>;

/**
 * As a server would answer a GET or HEAD, out of what is kept: 200, 206 or 416, with `Range` and `If-Range`. Undefined if
 * there is none, and for all other methods.
 */
export function respond(request: Request): Promise<Response | undefined>;

/** The same, out of a cache that the app has filled itself: the named one, or any. */
export function respondFromCache(request: Request, cacheName?: string): Promise<Response | undefined>;

/** All items, in the order in which they were kept. */
export function list(): Promise<Item[]>;

/** The item of this name; undefined if there is none, any more. */
export function get(name: string): Promise<Item | undefined>;

/** Bytes of the item of this name, 0 if there is none; of all items, if none is named. */
export function size(name?: string): Promise<number>;

/** Resolves, when its bytes are gone, with whether there was an item of this name. */
export function remove(name: string): Promise<boolean>;

/** Fires `change`, a CustomEvent, in all pages and workers of the origin. */
export const library: Library;

export interface Library extends EventTarget {
  addEventListener(
    type: 'change',
    listener: (this: Library, event: CustomEvent<LibraryChange>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export interface LibraryChange {
  /** Of the item that is there now, or no longer; undefined where anything may have changed. */
  name: string | undefined;
}
