/// <reference path="./index.d.ts" />

/** Names that guides use, and the standard has not. Global; they go with the libraries "dom" and "webworker" alike. */

/** What holds of background fetches that this page or worker begins. Not of the standard. */
interface BackgroundFetchConfig {
  /** Bytes that all responses of a fetch together may have, if `fetch()` is given no `downloadTotal`; 0, the default, for no limit. */
  readonly downloadTotal: number;
}

declare var BackgroundFetchConfig: {
  prototype: BackgroundFetchConfig;
  new (members?: BackgroundFetchConfigInit): BackgroundFetchConfig;
};

interface BackgroundFetchConfigInit {
  downloadTotal?: number | undefined;
}

interface BackgroundFetchManager {
  /** Aborts the active background fetch with this id. Resolves with whether there was one. */
  abort(id: string): Promise<boolean>;
  /**
   * Sets what is given, for what this page or worker begins from then on, until it is left; resolves with what holds then.
   * Rejects with a TypeError for a name that it does not know.
   */
  configure(config?: BackgroundFetchConfigInit): Promise<BackgroundFetchConfig>;
}

interface BackgroundFetchRegistration {
  /**
   * Lets a background fetch that is paused go on, or begins one again that has failed: `resume()` and `retry()` of
   * `background-fetch-polyfill/extras`. Resolves with what goes on: this, or a new one.
   *
   * Rejects with an InvalidStateError where it has succeeded, or what it asked for is not kept. The browser's own is begun
   * again only where this page or worker has begun it, after this was imported and without a body; else it rejects with
   * a NotSupportedError.
   */
  start(): Promise<BackgroundFetchRegistration>;
  /** `status()` of `background-fetch-polyfill/extras`. */
  getStatus(): Promise<import('./extras.js').FetchStatus>;
  /** `uploaded`: bytes of request bodies that were sent. */
  readonly uploadBytesReceived: number;
  /** `downloaded`: bytes of responses. */
  readonly downloadBytesReceived: number;
}

interface Navigator {
  /**
   * The manager of this page's registration: each call waits until there is one, as `navigator.serviceWorker.ready` does.
   * In a service worker, that of its own.
   */
  readonly backgroundFetch: BackgroundFetchManager;
}

interface WorkerNavigator {
  readonly backgroundFetch: BackgroundFetchManager;
}
