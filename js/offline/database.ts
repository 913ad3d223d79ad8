/**
 * The library's own way into the database of a registration, whose schema is in `src/meta_store/schema.rs`: beside the
 * engine that runs on it, or where none ever does.
 */
import { BODIES, databaseName, FETCHES, KEPT, META, RECORDS, SEGMENTS } from '../border/names.ts';
import { openExisting, settled, succeeded } from '../border/stored-work.ts';
import { invalidState } from '../webidl/exceptions.ts';

/** The object store with a row for each URL of an item. */
export const URLS = 'keptUrls';

/** All that an item is made of. */
export const ALL = [FETCHES, RECORDS, SEGMENTS, KEPT, URLS];

/** The version that has what the library needs, and the key paths of its object stores. */
const VERSION = 2;
const KEY_PATHS: Record<string, string | string[] | null> = {
  [FETCHES]: 'uid',
  [RECORDS]: ['uid', 'index'],
  [SEGMENTS]: ['uid', 'index', 'start'],
  [BODIES]: ['uid', 'index'],
  [META]: null,
  [KEPT]: 'uid',
  [URLS]: ['url', 'uid'],
};

/** Open in this realm, by scope. */
const open = new Map<string, IDBDatabase>();

/** The stores of a transaction. */
export type Stores = (name: string) => IDBObjectStore;

/**
 * Does all that `steps` ask for in one transaction, or nothing; they may await nothing but its requests. Undefined where
 * nothing can be kept yet, as there is no such database.
 */
export async function transact<T>(
  scope: string,
  mode: IDBTransactionMode,
  steps: (stores: Stores) => T | Promise<T>,
): Promise<T | undefined> {
  const known = open.get(scope);
  const database = known ?? remember(scope, await openExisting(databaseName(scope)).catch(unlessMissing));
  if (!database?.objectStoreNames.contains(KEPT)) return undefined;
  let transaction: IDBTransaction;
  try {
    // On the disk before it counts.
    transaction = database.transaction(ALL, mode, { durability: 'strict' });
  } catch (error) {
    // Somebody has deleted the database, or the browser closed it.
    if (!known) throw error;
    open.delete(scope);
    return transact(scope, mode, steps);
  }
  const done = succeeded(transaction);
  // A request that fails ends all of it, and its own error tells more.
  done.catch(() => undefined);
  const result = await steps((name) => transaction.objectStore(name));
  await done;
  return result;
}

/** Makes the database where there is none: the browser has the API, and no engine ever runs. */
export async function create(scope: string): Promise<void> {
  const request = indexedDB.open(databaseName(scope), VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    // That of an older worker, which would not understand it any more.
    if (oldVersion > 0) return request.transaction?.abort();
    for (const [name, keyPath] of Object.entries(KEY_PATHS)) request.result.createObjectStore(name, { keyPath });
  };
  const database = await settled(request).catch(unlessMissing);
  if (!database) throw invalidState('The service worker is of an older version.');
  remember(scope, database);
}

/** Another call may have been faster, and be about to use its own: that one is closed when it is collected. */
function remember<T extends IDBDatabase | undefined>(scope: string, database: T): T {
  if (database) {
    // Neither a newer version nor the user's clearing may have to wait.
    database.onversionchange = () => {
      database.close();
      open.delete(scope);
    };
    open.set(scope, database);
  }
  return database;
}

/** A look that fails is no sign that there is nothing. */
function unlessMissing(error: Error): undefined {
  if (error instanceof DOMException && error.name !== 'AbortError') throw error;
}

/** All keys that begin with these, longer ones only. */
export const below = (...key: IDBValidKey[]): IDBKeyRange => IDBKeyRange.bound(key, [...key, []]);
