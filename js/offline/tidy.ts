/** What is to go, goes: entries first and rows last, so that it is found again whenever the browser dies. */
import { cacheName, entryUrl, FETCHES, KEPT, SEGMENTS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { below, RECORDS, transact, URLS } from './database.ts';
import { type ItemRow, itemsOf, segmentsOf } from './rows.ts';

/** A copy that was begun so long ago, in milliseconds, will not be finished: a week. */
const STALE = 7 * 24 * 60 * 60 * 1000;

const tidied = new Map<string, Promise<void>>();

/** {@link tidy}, if this realm has not done so yet. Nobody need wait for it. */
export function tidyOnce(scope: string): void {
  if (!tidied.has(scope))
    tidied.set(
      scope,
      tidy(scope).catch(() => void tidied.delete(scope)),
    );
}

/** Removes what is to go, but what a fetch still needs, whose event is not over. */
export async function tidy(scope: string): Promise<void> {
  const refuse = await transact(scope, 'readonly', async (stores) => {
    const uids = await settled(stores(FETCHES).getAllKeys());
    const rows = (await itemsOf(stores)).filter((row) => isRefuse(row) && !uids.includes(row.uid));
    return Promise.all(rows.map(async (row) => ({ row, segments: await segmentsOf(stores, row.uid) })));
  });
  for (const { row, segments } of refuse ?? []) {
    if (await caches.has(cacheName(scope))) {
      const cache = await caches.open(cacheName(scope));
      await Promise.all(segments.map(({ entry }) => cache.delete(entryUrl(entry))));
    }
    await transact(scope, 'readwrite', async (stores) => {
      stores(KEPT).delete(row.uid);
      stores(RECORDS).delete(below(row.uid));
      stores(SEGMENTS).delete(below(row.uid));
      for (const url of row.urls) stores(URLS).delete([url, row.uid]);
    });
  }
}

const isRefuse = ({ name, copies, kept }: ItemRow): boolean =>
  name === undefined && (copies === undefined || Date.now() - kept > STALE);
