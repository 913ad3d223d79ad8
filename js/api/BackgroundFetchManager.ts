import type { Connection } from '../border/connection.ts';
import { persist } from '../platform.ts';
import { requireArguments, toDOMString } from '../webidl/convert.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import type { BackgroundFetchRegistration } from './BackgroundFetchRegistration.ts';
import { type BackgroundFetchOptions, toBackgroundFetchOptions, toRequestList } from './dictionaries.ts';
import { instanceOf } from './instances.ts';
import { isDenied } from './permission.ts';
import { createRequest, storeRequests } from './request.ts';
import { resolveUrl } from './resolve-url.ts';

/** Gives the connection for each call. */
type Connect = () => Connection;

const connects = new Slot<Connect>();

/** https://wicg.github.io/background-fetch/#background-fetch-manager */
export class BackgroundFetchManager {
  constructor() {
    throw illegalConstructor();
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch */
  fetch(id: unknown, requests: unknown, options: unknown = undefined): Promise<BackgroundFetchRegistration> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchManager.fetch()';
      const connect = connects.of(this);
      requireArguments(arguments.length, 2, context);
      return begin(
        connect,
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
      const connect = connects.of(this);
      requireArguments(arguments.length, 1, context);
      return find(connect, toDOMString(id, context));
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids */
  getIds(): Promise<string[]> {
    return promiseFrom(() => list(connects.of(this)));
  }
}

export function createManager(connect: Connect): BackgroundFetchManager {
  const manager = createObject(BackgroundFetchManager);
  connects.set(manager, connect);
  return manager;
}

/** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch */
async function begin(
  connect: Connect,
  id: string,
  inputs: (Request | string)[],
  { downloadTotal, title = '', icons = [] }: BackgroundFetchOptions,
): Promise<BackgroundFetchRegistration> {
  requireId(id);
  if (!inputs.length) throw new TypeError('There must be a request.');
  // Before anything else happens: they take over the bodies of the Requests given.
  const requests = inputs.map(createRequest);
  // As it is now: a worker may become active while the browser thinks about the permission.
  const connection = connect();
  const available = connection.available;
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
async function find(connect: Connect, id: string): Promise<BackgroundFetchRegistration | undefined> {
  requireId(id);
  const connection = connect();
  const state = (await connection.hasWork()) && (await connection.call('get', id));
  return state ? instanceOf(state, connection) : undefined;
}

/** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids */
async function list(connect: Connect): Promise<string[]> {
  const connection = connect();
  return (await connection.hasWork()) ? connection.call('getIds') : [];
}

/** The standard's text allows an empty id, its tests do not. */
function requireId(id: string): void {
  if (!id) throw new TypeError('The id must not be empty.');
}
