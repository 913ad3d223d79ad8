import type { Connection } from '../border/messages.ts';
import { persist } from '../platform.ts';
import { requireArguments, toDOMString } from '../webidl/convert.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import type { BackgroundFetchRegistration } from './BackgroundFetchRegistration.ts';
import { type BackgroundFetchOptions, toBackgroundFetchOptions, toRequestList } from './dictionaries.ts';
import { instanceOf } from './instances.ts';
import { isDenied } from './permission.ts';
import { createRequest, storeRequests } from './request.ts';
import { resolveUrl } from './resolve-url.ts';

const impls = new Slot<BackgroundFetchManagerImpl>();

/** https://wicg.github.io/background-fetch/#background-fetch-manager */
export class BackgroundFetchManager {
  constructor() {
    throw illegalConstructor();
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch */
  fetch(id: unknown, requests: unknown, options: unknown = undefined): Promise<BackgroundFetchRegistration> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchManager.fetch()';
      const impl = impls.of(this);
      requireArguments(arguments.length, 2, context);
      return impl.fetch(
        toDOMString(id, context),
        toRequestList(requests, context),
        toBackgroundFetchOptions(options, context),
      );
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-get */
  get(id: unknown): Promise<BackgroundFetchRegistration | undefined> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchManager.get()';
      const impl = impls.of(this);
      requireArguments(arguments.length, 1, context);
      return impl.get(toDOMString(id, context));
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids */
  getIds(): Promise<string[]> {
    return promiseFrom(() => impls.of(this).getIds());
  }
}

/** `connect` gives the connection for each call. */
export function createManager(connect: () => Connection): BackgroundFetchManager {
  const manager = createObject(BackgroundFetchManager);
  impls.set(manager, new BackgroundFetchManagerImpl(connect));
  return manager;
}

/** The realm's side of a registration's BackgroundFetchManager. */
class BackgroundFetchManagerImpl {
  readonly #connect: () => Connection;

  constructor(connect: () => Connection) {
    this.#connect = connect;
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch */
  async fetch(
    id: string,
    inputs: (Request | string)[],
    { downloadTotal, title = '', icons = [] }: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration> {
    requireId(id);
    if (inputs.length === 0) throw new TypeError('There must be a request.');
    // Before anything else happens: they take over the bodies of the Requests given.
    const requests = inputs.map(createRequest);
    // As it is now: a worker may become active while the browser thinks about the permission.
    const connection = this.#connect();
    const { available } = connection;
    if (await isDenied()) throw new DOMException('The user has denied background fetches.', 'NotAllowedError');
    if (!available) throw new TypeError('There is no active service worker.');
    const state = await connection.call('fetch', {
      uid: crypto.randomUUID(),
      id,
      requests: await storeRequests(requests),
      title,
      icons: icons.map((icon) => ({ ...icon, src: resolveUrl(icon.src) })),
      downloadTotal,
    });
    persist();
    return instanceOf(state, connection);
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-get */
  async get(id: string): Promise<BackgroundFetchRegistration | undefined> {
    requireId(id);
    const connection = this.#connect();
    const state = (await connection.hasWork()) && (await connection.call('get', id));
    return state ? instanceOf(state, connection) : undefined;
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids */
  async getIds(): Promise<string[]> {
    const connection = this.#connect();
    return (await connection.hasWork()) ? connection.call('getIds') : [];
  }
}

/** The standard's text allows an empty id, its tests do not. */
function requireId(id: string): void {
  if (id === '') throw new TypeError('The id must not be empty.');
}
