import type { BackgroundFetchRegistration } from '../interfaces/BackgroundFetchRegistration.ts';
import { isDenied } from '../permission.ts';
import { persist, uniqueId } from '../platform.ts';
import type { Connection } from '../protocol/connection.ts';
import { createRequest, storeRequests } from '../request.ts';
import type { BackgroundFetchOptions } from '../webidl/dictionaries.ts';
import { instanceOf } from './instances.ts';
import { resolveUrl } from './resolve-url.ts';

/** The realm's side of a registration's BackgroundFetchManager. */
export class BackgroundFetchManagerImpl {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch */
  async fetch(
    id: string,
    inputs: (Request | string)[],
    { downloadTotal, title = '', icons = [] }: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration> {
    requireId(id);
    if (inputs.length === 0) throw new TypeError('At least one request must be given.');
    // Before anything else happens: they take over the bodies of the Requests given.
    const requests = inputs.map(createRequest);
    // As it is now: a worker may become active while the browser thinks about the permission.
    const { available } = this.#connection;
    if (await isDenied()) throw new DOMException('The user has denied background fetches.', 'NotAllowedError');
    if (!available) throw new TypeError('There is no active service worker.');
    const state = await this.#connection.call('fetch', {
      uid: uniqueId(),
      id,
      requests: await storeRequests(requests),
      title,
      icons: icons.map((icon) => ({ ...icon, src: resolveUrl(icon.src) })),
      downloadTotal,
    });
    persist();
    return instanceOf(state, this.#connection);
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-get */
  async get(id: string): Promise<BackgroundFetchRegistration | undefined> {
    requireId(id);
    if (!this.#connection.available) return undefined;
    const state = await this.#connection.call('get', id);
    return state && instanceOf(state, this.#connection);
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids */
  async getIds(): Promise<string[]> {
    return this.#connection.available ? this.#connection.call('getIds') : [];
  }
}

/** The standard's text allows an empty id, its tests do not. */
function requireId(id: string): void {
  if (id === '') throw new TypeError('The id must not be empty.');
}
