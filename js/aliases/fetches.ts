/** What is known of background fetches that were seen by the names of the standard: whose they are, and what they asked for. */
import { managerOf } from '../extras/manager.ts';
import type { Shown } from '../extras/meter.ts';
import { resume } from '../extras/pause.ts';
import { retry } from '../extras/retry.ts';
import { type FetchStatus, ownRegistration, status } from '../extras/status.ts';
import { isNative } from '../platform.ts';
import { iteratorMethod } from '../webidl/convert.ts';
import { invalidState, notSupported } from '../webidl/exceptions.ts';

export interface Fetch extends Shown {
  abort(): Promise<boolean>;
}

/** The standard's, as its methods are called. */
export interface Manager {
  fetch(...args: unknown[]): Promise<Fetch>;
  get(...args: unknown[]): Promise<Fetch | undefined>;
}

/** Which registration a manager is of; and a fetch, by way of the manager that has shown it. */
const owners = new WeakMap<object, ServiceWorkerRegistration>();

export function setOwner(manager: object, registration: ServiceWorkerRegistration): void {
  owners.set(manager, registration);
}

/** A fetch is of the same registration as its manager. */
export function inherit<T extends Fetch | undefined>(fetch: T, manager: object): T {
  const owner = owners.get(manager);
  if (fetch && owner) owners.set(fetch, owner);
  return fetch;
}

/** Of one that no manager has shown, such as an event's, it is that of this page or worker. */
const ownerOf = async (fetch: Fetch): Promise<ServiceWorkerRegistration> =>
  owners.get(fetch) ?? (await ownRegistration());

export const statusOf = async (fetch: Fetch): Promise<FetchStatus> => status(fetch, await ownerOf(fetch));

/** What the browser's own fetches of this page or worker were begun with: nobody else knows. */
const begun = new WeakMap<Fetch, unknown[]>();

/** Calls the standard's `fetch()`. */
export async function begin(manager: Manager, method: Manager['fetch'], args: unknown[]): Promise<Fetch> {
  if (!isNative(manager.constructor)) return inherit(await Reflect.apply(method, manager, args), manager);
  const [id, requests, ...options] = args;
  // It may be given once only.
  const list = isSequence(requests) ? [...requests] : requests;
  const again = [id, Array.isArray(list) ? list.map(copy) : copy(list), ...options];
  const fetch = await Reflect.apply(method, manager, args.length > 1 ? [id, list, ...options] : args);
  begun.set(fetch, again);
  return inherit(fetch, manager);
}

/** Lets what is paused go on, and begins again what has failed. Resolves with what goes on. */
export async function start(fetch: Fetch): Promise<Fetch> {
  const registration = await ownerOf(fetch);
  const native = isNative(fetch.constructor);
  if (fetch.result === '') {
    // Nobody but the user can have paused it.
    if (native || (await resume(registration, fetch.id))) return fetch;
    throw invalidState('This background fetch is over.');
  }
  if (fetch.result === 'success') throw invalidState('This background fetch has succeeded.');
  if (!native) return inherit((await retry(registration, fetch.id)) as Fetch, managerOf(registration) ?? registration);
  const [id, requests, ...options] = begun.get(fetch) ?? [];
  const all = [requests].flat();
  if (!all.length || all.includes(undefined)) {
    throw notSupported("What the browser's own background fetch asked for is not known here.");
  }
  return (managerOf(registration) as unknown as Manager).fetch(id, all.map(copy), ...options);
}

const isSequence = (value: unknown): value is Iterable<unknown> =>
  iteratorMethod(value, 'BackgroundFetchManager.fetch()') !== undefined;

/** A request to be made once more; undefined where it has a body, which would have to be in memory. */
function copy(request: unknown): unknown {
  if (!(request instanceof Request)) return request;
  return request.body || !['GET', 'HEAD'].includes(request.method) ? undefined : request.clone();
}
