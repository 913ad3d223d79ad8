/// <reference path="./index.d.ts" />

/** Whose API is wanted, where there are two. Page and service worker must choose alike. */
export interface Choice {
  /** The browser's own where there is one, by default; or that of this library, everywhere. */
  prefer?: 'native' | 'ours';
}

/**
 * The manager of a registration, without a change of the page's globals. Where that of this library is chosen, the page
 * does from then on what keeps downloads going: call it at each load. Throws a NotSupportedError where neither can work.
 */
export function backgroundFetch(registration: ServiceWorkerRegistration, choice?: Choice): BackgroundFetchManager;
