/** The entries of the cache by their rows, since WebKit is slow to list them. */
import { cacheName, entryUrl, FETCHES, KEPT, SEGMENTS } from '../border/names.ts';
import { hasStoredWork, settled, withDatabase } from '../border/stored-work.ts';

/**
 * The requests of the cache's entries, of those that the row of a fetch speaks of. WebKit reads the bodies of all into
 * memory to list the keys of a cache, but asked for one, only that.
 */
export async function recordedEntries(scope: string, cache: Cache): Promise<Request[]> {
  const [rows, uids] = await read(scope, (transaction) => [
    transaction.objectStore(SEGMENTS).getAll(),
    transaction.objectStore(FETCHES).getAllKeys(),
  ]);
  const found: Request[] = [];
  for (const { uid, entry } of rows as { uid: string; entry: string }[]) {
    // All else is the library's, and may be very much.
    if ((uids as string[]).includes(uid)) found.push(...(await cache.keys(entryUrl(entry))));
  }
  return found;
}

/** Entries that no row speaks of, and that were not found, go with the cache when nothing is unfinished, or kept. */
export async function forgetUnrecorded(scope: string): Promise<void> {
  const [kept] = await read(scope, (transaction) => [transaction.objectStore(KEPT).count()]);
  if (!kept && !(await hasStoredWork(scope))) await caches.delete(cacheName(scope));
}

/** What is stored, of one moment. */
const read = (scope: string, ask: (transaction: IDBTransaction) => IDBRequest[]): Promise<unknown[]> =>
  withDatabase(scope, (database) =>
    Promise.all(ask(database.transaction([FETCHES, SEGMENTS, KEPT])).map((request) => settled(request))),
  );
