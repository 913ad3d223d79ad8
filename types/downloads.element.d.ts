/// <reference path="./index.d.ts" />

import type { Item } from './offline.js';

/**
 * The classes of the elements, which are defined under names of your choice: `BackgroundFetchButton.define('film-button')`.
 * They show background fetches of this library and the browser's own, and what is kept of them.
 */

/** What the app knows of a background fetch. */
export interface DownloadDescription {
  /** By default, the one that `fetch()` was given; where the browser has the API, that is told by nobody: then the id. */
  title?: string;
  /** URL of an image. By default, the first icon that `fetch()` was given. */
  icon?: string;
  /** Where its title leads to. */
  href?: string;
  /** What is fetched when the user asks for it, or for another try. Without it, that is left to the event's listeners. */
  requests?: RequestInfo | Iterable<RequestInfo>;
  /** Bytes of all responses, for `fetch()`. */
  downloadTotal?: number;
  /** Whether the app has it in a place of its own, and not by `keep()` of `./offline`. */
  kept?: boolean;
}

/** What is said. `{title}`, `{state}`, `{done}`, `{total}` and `{time}` are filled in. */
export interface DownloadStrings {
  /** The name of the list, and what it says when there is nothing in it. */
  downloads: string;
  empty: string;
  /** Names of buttons. */
  get: string;
  pause: string;
  resume: string;
  cancel: string;
  retry: string;
  remove: string;
  /** What is read aloud when a state changes, by default "{title}: {state}"; the state of what is not there any more. */
  change: string;
  removed: string;
  /** "{done} of {total}", "{time} left". */
  amount: string;
  left: string;
  /** States; those of what is under way and of what has failed with their reasons, where there are any. */
  unavailable: string;
  unknown: string;
  none: string;
  running: string;
  waiting: string;
  'waiting-offline': string;
  'waiting-server': string;
  'waiting-server-until': string;
  'waiting-retry': string;
  'waiting-retry-until': string;
  'waiting-turn': string;
  paused: string;
  finishing: string;
  done: string;
  failed: string;
  'failed-quota-exceeded': string;
  'failed-bad-status': string;
  'failed-fetch-error': string;
  'failed-download-total-exceeded': string;
}

/** What the user has asked for. */
export interface DownloadRequest {
  /** Of the background fetch. */
  readonly id: string;
  /** The standard's object, where it was seen. */
  readonly fetch: BackgroundFetchRegistration | undefined;
  /** What is kept of it. */
  readonly item: Item | undefined;
}

/**
 * Before what the user asks for is done; `preventDefault()` leaves it to the app. They bubble, out of shadow trees, too.
 */
export interface BackgroundFetchElementEventMap {
  /** To be fetched. */
  getrequest: CustomEvent<DownloadRequest>;
  pauserequest: CustomEvent<DownloadRequest>;
  resumerequest: CustomEvent<DownloadRequest>;
  /** To be aborted. */
  cancelrequest: CustomEvent<DownloadRequest>;
  /** To be fetched once more, as it has failed. */
  retryrequest: CustomEvent<DownloadRequest>;
  /** To be removed from the library, and to be forgotten. */
  removerequest: CustomEvent<DownloadRequest>;
}

/** What both elements have. */
export declare abstract class BackgroundFetchElement extends HTMLElement {
  /** Whose background fetches are shown; by default, that of the worker which is for this page. */
  get registration(): ServiceWorkerRegistration | undefined;
  set registration(registration: ServiceWorkerRegistration | undefined);
  /** Called with an id whenever it is shown; set it again when it would tell something else. */
  describe: ((id: string) => DownloadDescription | undefined) | undefined;
  /** In English; some of them may be set. */
  get strings(): DownloadStrings;
  set strings(strings: Partial<DownloadStrings> | undefined);
}

/** One download: get it, see it come, pause or cancel it, remove it. `<background-fetch-button>` by default. */
export declare class BackgroundFetchButton extends BackgroundFetchElement {
  /** Defines the element, unless there is one of that name, or this is no page. */
  static define(name?: string, registry?: CustomElementRegistry): typeof BackgroundFetchButton;
  /** The id of the background fetch: the attribute `fetch-id`. Attributes `src` and `label` are its request and its title. */
  fetchId: string;
}

/** All of them, and what is kept. `<background-fetch-downloads>` by default. */
export declare class BackgroundFetchDownloads extends BackgroundFetchElement {
  /** Defines the element, unless there is one of that name, or this is no page. */
  static define(name?: string, registry?: CustomElementRegistry): typeof BackgroundFetchDownloads;
}

/** Attributes in JSX, beside those of every element. */
export interface BackgroundFetchElementAttributes {
  id?: string;
  class?: string;
  className?: string;
  slot?: string;
  hidden?: boolean;
  key?: string | number | null;
  ref?: unknown;
  children?: unknown;
  registration?: ServiceWorkerRegistration;
  describe?: (id: string) => DownloadDescription | undefined;
  strings?: Partial<DownloadStrings>;
  ongetrequest?: (event: CustomEvent<DownloadRequest>) => unknown;
  onpauserequest?: (event: CustomEvent<DownloadRequest>) => unknown;
  onresumerequest?: (event: CustomEvent<DownloadRequest>) => unknown;
  oncancelrequest?: (event: CustomEvent<DownloadRequest>) => unknown;
  onretryrequest?: (event: CustomEvent<DownloadRequest>) => unknown;
  onremoverequest?: (event: CustomEvent<DownloadRequest>) => unknown;
}

/**
 * The elements of JSX. Those of a global namespace `JSX` have them at once; where it is a module's, as in React 19, let its
 * `IntrinsicElements` extend this.
 */
export interface BackgroundFetchJSX {
  'background-fetch-button': BackgroundFetchElementAttributes & {
    'fetch-id'?: string;
    src?: string;
    label?: string;
    compact?: boolean;
  };
  'background-fetch-downloads': BackgroundFetchElementAttributes;
}

declare global {
  interface GlobalEventHandlersEventMap extends BackgroundFetchElementEventMap {}
}
