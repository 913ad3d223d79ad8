/** What is to go, goes: entries first and rows last, so that it is found again whenever the browser dies. */
import { cacheName, entryUrl, FETCHES, KEPT, PREFIX, RECORDS, SEGMENTS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { below, transact, URLS } from './database.ts';
import { type ItemRow, itemsOf, segmentsOf } from './rows.ts';

/** Held by who still makes an item, and by who removes it. */
export const itemLock = (uid: string): string => PREFIX + uid;

/** Scopes of which nothing is left to go. */
const tidied = new Set<string>();

/** Removes all rows of items without a name, and what they speak of, if this realm has not done so yet. Nobody need wait for it. */
export function tidyOnce(scope: string): void {
  if (tidied.has(scope)) return;
  tidied.add(scope);
  tidy(scope).catch(() => void tidied.delete(scope));
}

async function tidy(scope: string): Promise<void> {
  const items = (await transact(scope, 'readonly', itemsOf)) ?? [];
  await Promise.all(items.map(({ uid, name }) => name === undefined && clear(scope, uid)));
}

/**
 * The same of one item. It may be in the making, or on its way out already: that is waited for, as a worker that dies over it
 * leaves the rest.
 */
export function clear(scope: string, uid: string): Promise<void> {
  return navigator.locks.request(itemLock(uid), async () => {
    const segments = await transact(scope, 'readonly', async (stores) => {
      const row: ItemRow | undefined = await settled(stores(KEPT).get(uid));
      // Somebody has it, or needs it: as a fetch does, whose event is not over.
      if (!row || row.name !== undefined || (await settled(stores(FETCHES).getKey(uid)))) return undefined;
      return segmentsOf(stores, uid);
    });
    // While its event lasts, it stays: the next call looks again.
    if (!segments) return void tidied.delete(scope);
    if (await caches.has(cacheName(scope))) {
      const cache = await caches.open(cacheName(scope));
      await Promise.all(segments.map(({ entry }) => cache.delete(entryUrl(entry))));
    }
    await transact(scope, 'readwrite', async (stores) => {
      // One that was still in the making has none.
      const row: Partial<ItemRow> | undefined = await settled(stores(KEPT).get(uid));
      for (const url of row?.urls ?? []) stores(URLS).delete([url, uid]);
      for (const name of [RECORDS, SEGMENTS]) stores(name).delete(below(uid));
      stores(KEPT).delete(uid);
    });
  });
}
