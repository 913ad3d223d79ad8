/** Shows background fetches of a service worker: one notification each. */
import type { Status, UIOptions } from '../border/engine.ts';
import { type Download, ofFetch } from '../downloads/download.ts';
import { Format } from '../downloads/format.ts';
import { type Manager, managerOf } from '../extras/manager.ts';
import { lookUp, status as statusOf } from '../extras/status.ts';
import { isNative } from '../platform.ts';
import { attributesOf, type Data, type Fetch, tagOf } from './data.ts';
import type { Options } from './options.ts';
import { ENGLISH, ofUpload, type Strings } from './strings.ts';

/** What is used of a service worker's global object. TypeScript lacks its `Notification`. */
export type Global = ServiceWorkerGlobalScope & {
  Notification?: { readonly permission: string; readonly maxActions?: number };
};

/** What is shown of one, in this life of the worker. */
interface View {
  fetch: Fetch;
  uid: string | undefined;
  /** All that the user sees. */
  text: string;
  isOver: boolean;
}

export type Action = 'open' | 'pause' | 'resume' | 'cancel';

export class Notifier {
  readonly global: Global;
  options: Options;
  /** By tag; `null` of what was taken away. */
  readonly views = new Map<string, View | null>();
  /** Unique ids of those that the user has put away: they come again when they are over. */
  readonly dismissed = new Set<string | undefined>();

  constructor(global: Global, options: Options) {
    this.global = global;
    this.options = options;
  }

  get scope(): string {
    return this.global.registration.scope;
  }

  get manager(): Manager | undefined {
    return this.options.manager ?? managerOf(this.global.registration);
  }

  /** How many actions a notification may have: none where a changed one would be a new one to the user. */
  get maxActions(): number {
    return this.global.Notification?.maxActions ?? 0;
  }

  /** Whether this one may be shown. */
  mayShow(fetch: object): boolean {
    const allowed = this.global.Notification?.permission === 'granted';
    return allowed && !(isNative(fetch.constructor) && !this.options.native);
  }

  /**
   * Shows how it is with a fetch now, with what `updateUI()` was given. `isPaused`: what is on its way of it may still be
   * stored. What fails is reported.
   */
  show(fetch: Fetch, ui: UIOptions = {}, isPaused = false): Promise<void> {
    return this.#show(fetch, ui, isPaused).catch(reportError);
  }

  /** What the user sees of this id. */
  visible(id: string): Promise<Notification[]> {
    return this.global.registration.getNotifications({ tag: tagOf(this.scope, id) });
  }

  /** Takes away what the user sees of this id. */
  async clear(id: string): Promise<void> {
    this.views.set(tagOf(this.scope, id), null);
    for (const each of await this.visible(id)) each.close();
  }

  async #show(fetch: Fetch, ui: UIOptions, isPaused: boolean): Promise<void> {
    if (!this.mayShow(fetch)) return;
    const { options, scope } = this;
    const { registration } = this.global;
    const described = (await options.describe?.(fetch.id)) ?? {};
    // It says how it was, and perhaps of one before this.
    if (!described) return this.clear(fetch.id);
    const more = await lookUp(fetch, registration);
    if (more && isPaused) more.state = 'paused';
    const status = await statusOf(fetch, registration, more);
    const tag = tagOf(scope, fetch.id);
    const isOver = fetch.result !== '';
    // What has ended since is shown by its event.
    if (isOver ? fetch.failureReason === 'aborted' : this.dismissed.has(more?.uid)) return;
    const title = ui.title ?? described.title ?? (status.title || fetch.id);
    const icon = ui.icons?.[0]?.src ?? described.icon ?? status.icons[0]?.src;
    const strings = { ...ENGLISH, ...options.strings };
    const download = ofFetch({ ...status, id: fetch.id, fetch }, true);
    const body = this.#say(download, fetch, strings);
    const actions = this.#actions(download, more).map((action) => ({ action, title: strings[action] }));
    const text = JSON.stringify([title, icon, body, actions]);
    const view = this.views.get(tag);
    // What another one of this id has come to was heard, and this one was not.
    const before = view?.fetch === fetch ? view : undefined;
    if (before?.text === text) return;
    const link = described.href ?? options.url;
    const data: Data = { ...attributesOf(fetch), uid: more?.uid, link: link && new URL(link, scope).href };
    this.views.set(tag, { fetch, uid: data.uid, text, isOver });
    await registration.showNotification(title, {
      tag,
      lang: options.lang,
      body,
      icon,
      actions,
      data,
      // It is heard once, when it is over.
      silent: !isOver,
      renotify: isOver && !before?.isOver,
    } as NotificationOptions);
  }

  #say(download: Download, fetch: Fetch, strings: Strings): string {
    const isUpload = fetch.uploadTotal > 0 && fetch.downloadTotal === 0;
    return new Format(this.options.lang, isUpload ? ofUpload(strings) : strings).details(download);
  }

  /** As many as there may be, the most useful first. The browser's own cannot be paused. */
  #actions({ state }: Download, more: Status | undefined): Action[] {
    const names: Action[] = ['open'];
    if (state !== 'done' && state !== 'failed' && state !== 'finishing') {
      names.unshift('cancel');
      if (more) names.unshift(state === 'paused' ? 'resume' : 'pause');
    }
    return names.slice(0, this.maxActions);
  }
}
