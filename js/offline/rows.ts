/** The rows that an item of the library is made of, as the engine spells them in `src/meta_store/rows.rs`. */
import type { RequestData, ResponseHead } from '../border/engine.ts';
import { FETCHES, KEPT, SEGMENTS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { below, RECORDS, type Stores, URLS } from './database.ts';

/** A background fetch. */
export interface FetchRow {
  uid: string;
  id: string;
  order: number;
  title: string;
  icons: unknown[];
  /** Bytes. */
  downloadTotal: number;
  uploadTotal: number;
  /** How many. */
  records: number;
  stage: string;
  failureReason: string | null;
  deliveries: number;
  ended: number | null;
  downloaded: number | null;
}

/** An item, or what is to become one or was one: a row that the engine reads as that of a fetch. */
export interface ItemRow extends FetchRow {
  stage: 'kept';
  /** Missing from what is to go. */
  name?: string;
  /** The name that it will have when all is copied. */
  copies?: string;
  /** Bytes of all bodies. */
  size: number;
  urls: string[];
  /** When it was kept, in milliseconds since 1970; of a copy, when it was begun. */
  kept: number;
}

export interface RecordRow {
  uid: string;
  index: number;
  request: RequestData;
  head: ResponseHead;
  result: string;
}

/** A piece of a body: an entry of the cache. */
export interface SegmentRow {
  uid: string;
  index: number;
  /** Offset in the body, and length; bytes. */
  start: number;
  length: number;
  entry: string;
}

/** In place of a number of deliveries: the event is over, and all goes. */
const DELIVERED = 2 ** 32 - 1;

export const itemsOf = (stores: Stores): Promise<ItemRow[]> => settled(stores(KEPT).getAll());

/** In order. */
export const recordsOf = (stores: Stores, uid: string): Promise<RecordRow[]> =>
  settled(stores(RECORDS).getAll(below(uid)));

/** Of all records, or of one; in order. */
export const segmentsOf = (stores: Stores, ...key: [uid: string, index?: number]): Promise<SegmentRow[]> =>
  settled(stores(SEGMENTS).getAll(below(...(key as IDBValidKey[]))));

export const sizeOf = (segments: SegmentRow[]): number => segments.reduce((sum, { length }) => sum + length, 0);

/** What a library is asked for by: fragments are not sent. */
export const withoutFragment = (url: string): string => url.replace(/#.*/s, '');

/**
 * The fetch that a registration's object stands for, if it has succeeded and its records are there. What identifies it
 * is not told to scripts: its id, which may have been used twice, and its bytes are.
 */
export async function succeededFetch(stores: Stores, id: string, downloaded: number): Promise<FetchRow | undefined> {
  const rows: FetchRow[] = await settled(stores(FETCHES).getAll());
  for (const row of rows) {
    const succeeded = row.stage === 'ended' && !row.failureReason && row.deliveries < DELIVERED;
    if (row.id !== id || !succeeded || sizeOf(await segmentsOf(stores, row.uid)) !== downloaded) continue;
    const records = await recordsOf(stores, row.uid);
    if (records.length === row.records && records.every(({ result }) => result === 'success')) return row;
  }
  return undefined;
}

/** Makes an item of records that are there. Another one of that name is to go. Whether there was one. */
export async function putItem(
  stores: Stores,
  row: FetchRow,
  name: string,
): Promise<{ item: ItemRow; news: boolean; replaced: boolean }> {
  const others = (await itemsOf(stores)).filter((item) => item.name === name || item.copies === name);
  const before = others.find(({ uid }) => uid === row.uid);
  const records = await recordsOf(stores, row.uid);
  const urls = records
    .filter(isServed)
    .map(({ request, index }) => ({ url: withoutFragment(request.url), uid: row.uid, index }));
  const item: ItemRow = {
    ...row,
    stage: 'kept',
    name,
    size: sizeOf(await segmentsOf(stores, row.uid)),
    urls: [...new Set(urls.map(({ url }) => url))],
    kept: before?.name ? before.kept : Date.now(),
  };
  delete item.copies;
  for (const url of urls) stores(URLS).put(url);
  stores(KEPT).put(item);
  const rest = others.filter(({ uid }) => uid !== row.uid);
  for (const other of rest) letGo(stores, other);
  return { item, news: !before?.name, replaced: rest.length > 0 };
}

/** What a request for its URL can be answered with: not a part of it that the app has asked for. */
const isServed = ({ request, head }: RecordRow): boolean => request.method === 'GET' && head.status !== 206;

/** An item is to go. From here on nobody finds it. */
export function letGo(stores: Stores, { name: _, copies: __, ...row }: ItemRow): void {
  stores(KEPT).put(row);
}
