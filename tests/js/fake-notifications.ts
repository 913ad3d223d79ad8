/** A service worker whose notifications a test sees, and clicks on. */

import type { Manager } from '../../js/extras/manager.ts';
import type { Shown } from '../../js/extras/meter.ts';
import type { Global } from '../../js/notifications/notifier.ts';

/** As ours: one whose constructor is the browser's own is {@link native}. */
export class FakeFetch extends EventTarget implements Shown {
  uploadTotal = 0;
  uploaded = 0;
  downloadTotal = 1000;
  downloaded = 0;
  result: Shown['result'] = '';
  failureReason = '';
  recordsAvailable = true;
  aborted = 0;
  readonly id: string;

  constructor(id: string, more: Partial<FakeFetch> = {}) {
    super();
    this.id = id;
    Object.assign(this, more);
  }

  progress(downloaded: number): void {
    this.downloaded = downloaded;
    this.dispatchEvent(new Event('progress'));
  }

  async abort(): Promise<boolean> {
    this.aborted += 1;
    return true;
  }
}

export const native = (object: object): object =>
  Object.defineProperty(object, 'constructor', { value: object.constructor.bind(null) });

export interface FakeNotification extends NotificationOptions {
  title: string;
  tag: string;
  actions: { action: string; title: string }[];
  silent: boolean;
  renotify: boolean;
  closed: boolean;
  close(): void;
}

/** What has a class of a script is ours. */
class FakeManager implements Manager {
  readonly #active: Map<string, FakeFetch>;

  constructor(active: Map<string, FakeFetch>) {
    this.#active = active;
  }

  fetch = (): Promise<never> => Promise.reject(new Error('nothing is begun here'));
  get = async (id: string): Promise<FakeFetch | undefined> => this.#active.get(id);
  getIds = async (): Promise<string[]> => [...this.#active.keys()];
}

let scopes = 0;

export class FakeGlobal extends EventTarget {
  Notification: Global['Notification'] = { permission: 'granted', maxActions: 2 };
  /** The active ones, by id. */
  readonly active = new Map<string, FakeFetch>();
  /** All that were ever shown. */
  readonly shown: FakeNotification[] = [];
  /** What the worker answers, by the kind of the question; and all that was asked. */
  answers: Record<string, unknown> = {};
  readonly asked: unknown[][] = [];
  readonly went: string[] = [];
  pages: string[] = [];
  readonly scope: string;

  readonly manager: Manager = new FakeManager(this.active);

  readonly registration = {
    scope: '',
    backgroundFetch: this.manager,
    active: {
      postMessage: ({ kind, args }: { kind: string; args: unknown[] }, [port]: [MessagePort]) => {
        this.asked.push([kind, ...args]);
        port.postMessage({ kind: 'answer', value: this.answers[kind] });
      },
    },
    showNotification: async (title: string, options: FakeNotification) => {
      // The browser clones what is carried.
      const data: unknown = structuredClone(options.data);
      for (const each of this.shown) each.closed ||= each.tag === options.tag;
      const notification = { ...options, data, title, closed: false, close: () => void (notification.closed = true) };
      this.shown.push(notification);
    },
    getNotifications: async ({ tag }: { tag: string }) => this.open.filter((each) => each.tag === tag),
  };

  readonly clients = {
    matchAll: async () => this.pages.map((url) => this.#page(url)),
    openWindow: async (url: string) => void this.went.push(`open ${url}`),
  };

  /** `former`: what the life of the worker before this one left. */
  constructor(former?: FakeGlobal) {
    super();
    this.scope = former?.scope ?? `https://app.example/${(scopes += 1)}/`;
    this.registration.scope = this.scope;
    if (former) this.answers = former.answers;
  }

  #page(url: string): object {
    const page = {
      url,
      focus: async () => {
        this.went.push(`focus ${url}`);
        return page;
      },
      navigate: async (to: string) => void this.went.push(`navigate ${to}`),
    };
    return page;
  }

  /** Those that the user sees. */
  get open(): FakeNotification[] {
    return this.shown.filter(({ closed }) => !closed);
  }

  get last(): FakeNotification {
    const last = this.shown.at(-1);
    if (!last) throw new Error('nothing was shown');
    return last;
  }

  /** An event of the browser's, until all is done that it was given. */
  async dispatch(type: string, members: object): Promise<Event> {
    const promises: unknown[] = [];
    const waitUntil = (promise: unknown): unknown => promises.push(promise);
    const event = Object.assign(new Event(type), { waitUntil, ...members });
    this.dispatchEvent(event);
    while (promises.length > 0) await promises.shift();
    return event;
  }

  click(action = '', notification: object = this.last): Promise<Event> {
    return this.dispatch('notificationclick', { notification, action });
  }

  get asGlobal(): Global {
    return this as unknown as Global;
  }
}
