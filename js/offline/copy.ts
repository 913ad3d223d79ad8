/** Items out of what the browser's own background fetches have brought, of which scripts can have nothing but copies. */
import { cacheName, entryUrl, KEPT, RECORDS, SEGMENTS } from '../border/names.ts';
import { create, type Stores, transact } from './database.ts';
import { type FetchRow, putItem } from './rows.ts';
import { clear, itemLock } from './tidy.ts';

/** What is read of a `BackgroundFetchRegistration`. */
export type Registration = Pick<
  BackgroundFetchRegistration,
  'id' | 'downloaded' | 'result' | 'recordsAvailable' | 'matchAll'
>;

/** Bytes of an entry at most, as the engine's are. */
const MOST = 16 * 1024 * 1024;

type Kept = Awaited<ReturnType<typeof putItem>>;

/**
 * Copies all records. While it lasts, the item has no name; one that is left without, as the browser has died, is removed:
 * Chromium tells nobody a second time of a fetch that it has told of, and deletes its records.
 */
export async function copy(scope: string, registration: Registration, name: string): Promise<Kept> {
  await create(scope);
  // As the engine reads it, if ever one runs here.
  const row: FetchRow = {
    uid: crypto.randomUUID(),
    id: registration.id,
    order: 0,
    title: '',
    icons: [],
    downloadTotal: 0,
    uploadTotal: 0,
    records: 0,
    stage: 'kept',
    deliveries: 0,
  };
  try {
    return await navigator.locks.request(itemLock(row.uid), async () => {
      await write(scope, (stores) => stores(KEPT).put(row));
      const records = await registration.matchAll();
      for (const [index, { request, responseReady }] of records.entries()) {
        await copyRecord(scope, [row.uid, index], request, await responseReady);
      }
      return write(scope, (stores) => putItem(stores, row, name));
    });
  } catch (error) {
    await clear(scope, row.uid);
    throw error;
  }
}

async function copyRecord(
  scope: string,
  [uid, index]: [uid: string, index: number],
  { url, method }: Request,
  response: Response,
): Promise<void> {
  const cache = await caches.open(cacheName(scope));
  let start = 0;
  for await (const bytes of cut(response.body)) {
    const { size: length } = bytes;
    const entry = `${uid}/${index}/0.${start}`;
    // First the row: what has none would not be found.
    await write(scope, (stores) => stores(SEGMENTS).put({ uid, index, start, length, entry }));
    await cache.put(entryUrl(entry), new Response(bytes));
    start += length;
  }
  const { status, statusText, headers } = response;
  const head = { url: response.url, status, statusText, headers: [...headers] };
  await write(scope, (stores) => stores(RECORDS).put({ uid, index, request: { url, method }, head }));
}

/** A body in pieces of {@link MOST} bytes. */
async function* cut(body: Response['body']): AsyncGenerator<Blob> {
  const reader = body?.getReader();
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let room = MOST;
  for (;;) {
    let { value } = (await reader?.read()) ?? {};
    if (!value) break;
    while (value.length >= room) {
      yield new Blob([...chunks, value.subarray(0, room)]);
      value = value.subarray(room);
      [chunks, room] = [[], MOST];
    }
    chunks.push(value);
    room -= value.length;
  }
  if (room < MOST) yield new Blob(chunks);
}

async function write<T extends object>(scope: string, steps: (stores: Stores) => T | Promise<T>): Promise<T> {
  const done = await transact(scope, 'readwrite', steps);
  if (!done) throw new DOMException('The library was deleted.', 'AbortError');
  return done;
}
