/** The rows that an item of the library is made of, as the engine spells them in `src/meta_store/rows.rs`. */
import type { RequestData, ResponseHead } from '../border/engine.ts';
import { FETCHES, KEPT, RECORDS, SEGMENTS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { below, type Stores, URLS } from './database.ts';

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
  failureReason?: string | null;
  deliveries: number;
}

/** An item: a row that the engine reads as that of a fetch. */
export interface ItemRow extends FetchRow {
  /** Missing from what is in the making, or is to go. */
  name?: string;
  /** Bytes of all bodies. */
  size: number;
  urls: string[];
  /** When it was kept, in milliseconds since 1970. */
  kept: number;
}

export interface RecordRow {
  uid: string;
  index: number;
  request: Pick<RequestData, 'url' | 'method'>;
  head: Pick<ResponseHead, 'url' | 'status' | 'statusText' | 'headers'>;
  result?: string;
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

/** Makes an item of records that are there. Another one of that name is to go: its `uid`; and whether this one is new. */
export async function putItem(
  stores: Stores,
  row: FetchRow,
  name: string,
): Promise<{ item: ItemRow; news: boolean; replaced: string | false | undefined }> {
  const { uid } = row;
  const before = (await itemsOf(stores)).find((item) => item.name === name);
  const same = before?.uid === uid;
  const urls = new Map<string, number>();
  for (const { request, index, head } of await recordsOf(stores, uid)) {
    // Not those of a part that the app has asked for.
    if (request.method === 'GET' && head.status !== 206) urls.set(withoutFragment(request.url), index);
  }
  for (const [url, index] of urls) stores(URLS).put({ url, uid, index });
  const item: ItemRow = {
    ...row,
    stage: 'kept',
    name,
    size: sizeOf(await segmentsOf(stores, uid)),
    urls: [...urls.keys()],
    kept: same ? before.kept : Date.now(),
  };
  if (before && !same) letGo(stores, before);
  stores(KEPT).put(item);
  return { item, news: !same, replaced: !same && before?.uid };
}

/** An item is to go. From here on nobody finds it. */
export function letGo(stores: Stores, { name: _, ...row }: ItemRow): void {
  stores(KEPT).put(row);
}
