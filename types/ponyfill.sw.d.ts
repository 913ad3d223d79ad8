/// <reference path="./index.d.ts" />
/// <reference path="./service-worker.d.ts" />
import type { Choice } from './ponyfill.d.ts';

export type { Choice };

/** Where the events are dispatched. */
export interface BackgroundFetchTarget extends EventTarget {
  addEventListener<K extends keyof BackgroundFetchTargetEventMap>(
    type: K,
    listener: (event: BackgroundFetchTargetEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof BackgroundFetchTargetEventMap>(
    type: K,
    listener: (event: BackgroundFetchTargetEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

export interface BackgroundFetchTargetEventMap {
  backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
  backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  backgroundfetchabort: BackgroundFetchEvent;
  backgroundfetchclick: BackgroundFetchEvent;
}

/**
 * Has this service worker do the background fetches that pages begin with the ponyfill. To be called while the script is
 * evaluated. Called again, it returns the same. Throws a NotSupportedError anywhere else.
 */
export function serve(choice?: Choice): BackgroundFetchTarget;

/** As in pages. With this library's own, `serve()` must have been called, or it throws an InvalidStateError. */
export function backgroundFetch(registration: ServiceWorkerRegistration, choice?: Choice): BackgroundFetchManager;
