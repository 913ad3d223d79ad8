/** What is stored for a registration, as whoever runs no engine sees it. */
import { cacheName, databaseName, FETCHES, lockName, wasmCacheName } from './names.ts';

/** In milliseconds: a database that takes longer to open, or to go, is held by somebody, and not to be waited for. */
const LIMIT = 10_000;

/** Whether the registration has unfinished work: one cheap look, which creates nothing. */
export async function hasStoredWork(scope: string): Promise<boolean> {
  let database: IDBDatabase | undefined;
  try {
    database = await openExisting(databaseName(scope));
    return (await settled(database.transaction(FETCHES).objectStore(FETCHES).count())) > 0;
  } catch (error) {
    // There is none, or none of ours yet. But a browser that has lost its own connection, as after a suspension, does
    // not know, nor does one that does not open it: who starts the engine finds it, or learns why not.
    return (error as DOMException).name === 'UnknownError';
  } finally {
    database?.close();
  }
}

/** Whether anything of ours is there. */
export async function isAnythingStored(scope: string): Promise<boolean> {
  const isThere = await Promise.all([
    exists(databaseName(scope)),
    caches.has(cacheName(scope)),
    caches.has(wasmCacheName(scope)),
  ]);
  return isThere.includes(true);
}

/** What removes all that is stored for a registration. */
export const removalOf = (scope: string): (() => Promise<void>) =>
  removing(scope, () => settled(indexedDB.deleteDatabase(databaseName(scope))));

const removing = (scope: string, emptyDatabase: () => Promise<unknown>) => async (): Promise<void> => {
  await emptyDatabase();
  await caches.delete(cacheName(scope));
  await caches.delete(wasmCacheName(scope));
};

/**
 * Clears it, where an earlier registration of the scope has left something: its worker may just be being ended, and if WebKit
 * is to delete a database that such a one has open, that never ends, nor does anything else that is asked of it then.
 */
export const clearStoredWork = (scope: string): Promise<void> =>
  byForce(
    scope,
    removing(scope, () => withDatabase(scope, clear).catch(() => undefined)),
  );

function clear(database: IDBDatabase): Promise<void> {
  const names = [...database.objectStoreNames];
  const transaction = database.transaction(names, 'readwrite');
  for (const name of names) transaction.objectStore(name).clear();
  return succeeded(transaction);
}

/** Removes it by force: an engine that still runs on it is stopped by the loss of its lock, before it can store more. */
export function forgetStoredWork(scope: string): Promise<void> {
  return byForce(scope, removalOf(scope));
}

const byForce = (scope: string, steps: () => Promise<void>): Promise<void> =>
  Promise.race([
    // What cannot be removed is not ours to complain of: the registration is gone all the same.
    navigator.locks.request(lockName(scope), { steal: true }, steps).catch(() => undefined),
    new Promise<void>((resolve) => setTimeout(resolve, LIMIT)),
  ]);

/** Whether there may be a database of this name. */
async function exists(name: string): Promise<boolean> {
  // Missing in Firefox before 126.
  const databases = await (indexedDB as Partial<IDBFactory>).databases?.();
  return databases?.some((database) => database.name === name) ?? true;
}

/** Rejects where there is no such database, and with an UnknownError where it does not open. */
export async function openExisting(name: string): Promise<IDBDatabase> {
  if (!(await exists(name))) throw new Error();
  const request = indexedDB.open(name);
  // It would be created now: the request fails when its transaction is aborted.
  request.onupgradeneeded = () => request.transaction?.abort();
  const late = new Promise<never>((_, reject) => {
    setTimeout(reject, LIMIT, new DOMException('The database is held.', 'UnknownError'));
  });
  // Nobody waits for it any more.
  late.catch(() => (request.onsuccess = () => request.result.close()));
  return Promise.race([settled(request), late]);
}

/** Does something with the database of a registration, and closes it. Rejects where there is none. */
export async function withDatabase<T>(scope: string, steps: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const database = await openExisting(databaseName(scope));
  try {
    return await steps(database);
  } finally {
    database.close();
  }
}

/** Resolves when all of a transaction is done. */
export function succeeded(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error as DOMException);
  });
}

/** What an operation of a database comes to. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as DOMException);
  });
}
