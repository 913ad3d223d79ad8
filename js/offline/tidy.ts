/** What is to go, goes: entries first and rows last, so that it is found again whenever the browser dies. */
import { cacheName, entryUrl, FETCHES, KEPT, PREFIX, RECORDS, SEGMENTS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { below, type Stores, transact, URLS } from './database.ts';
import { type ItemRow, itemsOf, segmentsOf } from './rows.ts';

/** Held by who still makes an item, and by who removes it. */
export const itemLock = (uid: string): string => PREFIX + uid;

const tidied = new Map<string, Promise<void>>();

/** {@link tidy}, if this realm has not done so yet. Nobody need wait for it. */
export function tidyOnce(scope: string): void {
  if (!tidied.has(scope))
    tidied.set(
      scope,
      tidy(scope).catch(() => void tidied.delete(scope)),
    );
}

/** Removes all rows of items without a name, and what they speak of. */
export async function tidy(scope: string): Promise<void> {
  for (const { uid, name } of (await transact(scope, 'readonly', itemsOf)) ?? []) {
    if (name !== undefined) continue;
    // It may be in the making, or on its way out already.
    await navigator.locks.request(itemLock(uid), { ifAvailable: true }, async (lock) => {
      if (lock) await clear(scope, uid);
    });
  }
}

async function clear(scope: string, uid: string): Promise<void> {
  const segments = await transact(scope, 'readonly', async (stores) =>
    (await isRefuse(stores, uid)) ? segmentsOf(stores, uid) : undefined,
  );
  if (!segments) return;
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
}

/** Nobody has it any more, nor needs it: as a fetch does, whose event is not over. */
async function isRefuse(stores: Stores, uid: string): Promise<boolean | undefined> {
  const row: ItemRow | undefined = await settled(stores(KEPT).get(uid));
  return row && row.name === undefined && !(await settled(stores(FETCHES).getKey(uid)));
}
