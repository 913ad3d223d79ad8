/** What is kept. */
import { cacheName } from '../border/names.ts';
import { library } from './changes.ts';
import { transact } from './database.ts';
import { type ItemRow, itemsOf, letGo } from './rows.ts';
import { requireScope, scopeHere } from './scope.ts';
import { clear, tidyOnce } from './tidy.ts';

/** An item of the library, as the app sees it. */
export interface Item {
  name: string;
  /** Of the background fetch that it was. */
  id: string;
  title: string;
  /** Bytes of all bodies. */
  size: number;
  /** When it was kept, in milliseconds since 1970. */
  kept: number;
  /** What `respond` answers requests for. */
  urls: string[];
}

export function toItem({ name = '', id, title, size, kept, urls }: ItemRow): Item {
  return { name, id, title, size, kept, urls };
}

/** All items, in the order in which they were kept. */
export async function list(): Promise<Item[]> {
  const scope = await scopeHere();
  // Without the cache, nothing is left of them.
  if (!scope || !(await caches.has(cacheName(scope)))) return [];
  tidyOnce(scope);
  const rows = (await transact(scope, 'readonly', itemsOf)) ?? [];
  const named = rows.filter(({ name }) => name !== undefined);
  return named.sort((one, other) => one.kept - other.kept).map(toItem);
}

/** The item of this name; undefined if there is none. */
export async function get(name: string): Promise<Item | undefined> {
  return (await list()).find((item) => item.name === name);
}

/** Bytes of the item of this name, 0 if there is none; without a name, of all. */
export async function size(name?: string): Promise<number> {
  const items = (await list()).filter((item) => name === undefined || item.name === name);
  return items.reduce((sum, item) => sum + item.size, 0);
}

/** Removes the item of this name. Resolves, when its bytes are gone, with whether there was one. */
export async function remove(name: string): Promise<boolean> {
  return letGoOf(await requireScope(), (item) => item.name === name);
}

/** Removes the first that it is true of, as {@link remove} does. */
export async function letGoOf(scope: string, which: (item: ItemRow) => boolean): Promise<boolean> {
  const gone = await transact(scope, 'readwrite', async (stores) => {
    const item = (await itemsOf(stores)).find((one) => one.name !== undefined && which(one));
    if (item) letGo(stores, item);
    return item;
  });
  if (!gone) return false;
  library.announce(gone.name);
  await clear(scope, gone.uid);
  return true;
}
