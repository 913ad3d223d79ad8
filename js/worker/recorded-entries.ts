/** The entries of the cache by their rows, since WebKit is slow to list them. */
import { cacheName, databaseName, entryUrl, SEGMENTS } from '../border/names.ts';
import { hasStoredWork, openExisting, settled } from '../border/stored-work.ts';

/**
 * The requests of the cache's entries, of those that a row speaks of. WebKit reads the bodies of all into
 * memory to list the keys of a cache, but asked for one, only that.
 */
export async function recordedEntries(scope: string, cache: Cache): Promise<Request[]> {
  const database = await openExisting(databaseName(scope));
  try {
    const rows: { entry: string }[] = await settled(database.transaction(SEGMENTS).objectStore(SEGMENTS).getAll());
    const found: Request[] = [];
    for (const { entry } of rows) found.push(...(await cache.keys(entryUrl(entry))));
    return found;
  } finally {
    database.close();
  }
}

/** Entries that no row speaks of, and that were not found, go with the cache when nothing is unfinished. */
export async function forgetUnrecorded(scope: string): Promise<void> {
  if (!(await hasStoredWork(scope))) await caches.delete(cacheName(scope));
}
