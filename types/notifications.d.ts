/// <reference path="./index.d.ts" />

/** In service workers: notifications of background fetches, for browsers which show nothing of them. */

/** What the app knows of a background fetch. */
export interface NotificationDescription {
  /** By default, the one that `fetch()` was given; where the browser has the API, that is told by nobody: then the id. */
  title?: string | undefined;
  /** URL of an image. By default, the first icon that `fetch()` was given. */
  icon?: string | undefined;
  /** Where a click leads, relative to the scope of the service worker; by default, `url` of the options. */
  href?: string | undefined;
}

/** What is said, below the title and on the buttons. `{done}`, `{total}` and `{time}` are filled in. */
export interface NotificationStrings {
  /** "{done} of {total}", "{time} left". */
  amount: string;
  left: string;
  /** States; those of what is under way and of what has failed with their reasons, where there are any. */
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
  /** Of what is only sent, instead of `running` and `done`. */
  uploading: string;
  uploaded: string;
  /** Names of actions. */
  open: string;
  pause: string;
  resume: string;
  cancel: string;
}

export interface NotifyOptions {
  /**
   * `finished`, the default: one when a fetch has succeeded or failed. `progress`: one while it is under way, too, from its
   * second second on and at most every ten seconds, without a sound; only where notifications may have actions
   * (`Notification.maxActions`), as elsewhere each change would be a new one to the user.
   */
  when?: 'finished' | 'progress' | undefined;
  /**
   * Called with an id each time it is to be shown; `false` for one that is not to be: then what is shown of it is taken away.
   * What it throws is reported.
   */
  describe?:
    | ((
        id: string,
      ) => NotificationDescription | false | undefined | PromiseLike<NotificationDescription | false | undefined>)
    | undefined;
  /**
   * Where a click leads, relative to the scope of the service worker: to a page that is open there, else to a new one. By
   * default, to any page of the app that is open, else to the scope itself.
   */
  url?: string | undefined;
  /** In English; some of them may be given. */
  strings?: Partial<NotificationStrings> | undefined;
  /** The language of `strings`, for numbers and times, as a BCP 47 tag; the browser's by default. */
  lang?: string | undefined;
  /**
   * Whether there is one at the end of the browser's own background fetches, too: `false` by default, as the browser shows
   * those itself. Their progress is never shown.
   */
  native?: boolean | undefined;
  /** With the ponyfill: what `serve()` has returned, and `backgroundFetch(registration)`. */
  target?: EventTarget | undefined;
  manager?: BackgroundFetchManager | undefined;
}

/**
 * Has this service worker show its background fetches as notifications, one for each id, wherever the user has allowed
 * notifications; it never asks for that. To be called while the script is evaluated: after the import of `./sw`, and before
 * the app adds listeners of its own. Called again, only the options count, but for `target`. It does nothing outside of
 * service workers.
 *
 * One that has ended is shown when its event's handlers are through, or at once with what they give to `updateUI()`. One
 * that is aborted goes.
 *
 * A click on it dispatches `backgroundfetchclick` with the registration of the fetch: the standard's object, or, when it is
 * over and its worker has been stopped since, one that is like it, without records. Unless a handler calls `waitUntil()` or
 * `preventDefault()`, a page of the app is shown. The app's own listeners of `notificationclick` do not see it; clicks on
 * the app's notifications are left alone.
 */
export function notify(options?: NotifyOptions): void;
