/**
 * Types of the Background Fetch API, https://wicg.github.io/background-fetch/, which TypeScript's own
 * libraries lack. Global, like the API; they go with the libraries "dom" and "webworker" alike, and with those that
 * will have it: each is written as they would write it, and none has a name that could not be declared twice.
 *
 *   import 'background-fetch-polyfill';
 */

/** What this library may be told, before it is imported, in a page or a service worker. Not of the standard. */
declare var backgroundFetchPolyfill: BackgroundFetchPolyfillWishes | undefined;

interface BackgroundFetchPolyfillWishes {
  /** Whether `caches.keys()` leaves out the caches of this library, as it does by default. */
  hideCaches?: boolean;
}

/** https://w3c.github.io/image-resource/#dom-imageresource */
interface ImageResource {
  src: string;
  sizes?: string;
  type?: string;
  label?: string;
}

interface BackgroundFetchUIOptions {
  icons?: ImageResource[];
  title?: string;
}

interface BackgroundFetchOptions extends BackgroundFetchUIOptions {
  /** Bytes that all responses together may have; 0, the default, for no limit. */
  downloadTotal?: number;
}

/** Starts background fetches of a service worker registration, and finds those that are active. */
interface BackgroundFetchManager {
  /** Resolves when all is stored that is needed to go on without this page. */
  fetch(
    id: string,
    requests: RequestInfo | Iterable<RequestInfo>,
    options?: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration>;
  /** Resolves with undefined if there is no active background fetch with this id. */
  get(id: string): Promise<BackgroundFetchRegistration | undefined>;
  /** Ids of the active background fetches. */
  getIds(): Promise<string[]>;
}

declare var BackgroundFetchManager: {
  prototype: BackgroundFetchManager;
  new (): BackgroundFetchManager;
};

interface BackgroundFetchRegistrationEventMap {
  progress: Event;
}

/** One background fetch. */
interface BackgroundFetchRegistration extends EventTarget {
  readonly id: string;
  /** Bytes. */
  readonly uploadTotal: number;
  readonly uploaded: number;
  /** Bytes; 0 if the application gave none. */
  readonly downloadTotal: number;
  readonly downloaded: number;
  /** Empty while the fetch is active. */
  readonly result: '' | 'success' | 'failure';
  readonly failureReason: '' | 'aborted' | 'bad-status' | 'fetch-error' | 'quota-exceeded' | 'download-total-exceeded';
  /** False when the final event has been handled: the records are gone by then. */
  readonly recordsAvailable: boolean;
  onprogress: ((this: BackgroundFetchRegistration, event: Event) => any) | null;
  /** Resolves with false if the fetch was no longer active. */
  abort(): Promise<boolean>;
  /** Resolves with undefined if no request matches. */
  match(request: RequestInfo, options?: CacheQueryOptions): Promise<BackgroundFetchRecord | undefined>;
  matchAll(request?: RequestInfo, options?: CacheQueryOptions): Promise<BackgroundFetchRecord[]>;
  addEventListener<K extends keyof BackgroundFetchRegistrationEventMap>(
    type: K,
    listener: (this: BackgroundFetchRegistration, event: BackgroundFetchRegistrationEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof BackgroundFetchRegistrationEventMap>(
    type: K,
    listener: (this: BackgroundFetchRegistration, event: BackgroundFetchRegistrationEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare var BackgroundFetchRegistration: {
  prototype: BackgroundFetchRegistration;
  new (): BackgroundFetchRegistration;
};

/** A request of a background fetch, and its response. */
interface BackgroundFetchRecord {
  readonly request: Request;
  /** Resolves when the head of the response is there; its body may still be on the way. */
  readonly responseReady: Promise<Response>;
}

declare var BackgroundFetchRecord: {
  prototype: BackgroundFetchRecord;
  new (): BackgroundFetchRecord;
};

interface ServiceWorkerRegistration {
  readonly backgroundFetch: BackgroundFetchManager;
}
