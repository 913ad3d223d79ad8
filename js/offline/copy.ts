/** Items out of what the browser's own background fetches have brought, of which scripts can have nothing but copies. */
import { describeRequest } from '../api/request.ts';
import { cacheName, entryUrl, KEPT, SEGMENTS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { create, RECORDS, type Stores, transact } from './database.ts';
import type { Registration } from './keep.ts';
import { type ItemRow, itemsOf, letGo, putItem, segmentsOf, sizeOf } from './rows.ts';
import { tidy } from './tidy.ts';

/** Bytes of an entry at most, as the engine's are. */
const MOST = 16 * 1024 * 1024;

type Kept = Awaited<ReturnType<typeof putItem>>;

/** Goes on with a copy that was begun before, if the browser has died in the middle. */
export async function copy(scope: string, registration: Registration, name: string): Promise<Kept> {
  await create(scope);
  const row = await write(scope, (stores) => begin(stores, registration, name));
  try {
    const records = await registration.matchAll();
    for (const [index, { request, responseReady }] of records.entries()) {
      await copyRecord(scope, row.uid, index, request, await responseReady);
    }
    return await write(scope, (stores) => putItem(stores, { ...row, records: records.length }, name));
  } catch (error) {
    await write(scope, async (stores) => letGo(stores, row));
    await tidy(scope);
    throw error;
  }
}

/** That of the same fetch for this name, or a new one; others for this name are given up. */
async function begin(stores: Stores, { id, downloaded }: Registration, name: string): Promise<ItemRow> {
  const begun = (await itemsOf(stores)).filter(({ copies }) => copies === name);
  const same = begun.find((item) => item.id === id && item.downloaded === downloaded);
  for (const other of begun) if (other !== same) letGo(stores, other);
  if (same) return same;
  const row: ItemRow = {
    uid: crypto.randomUUID(),
    id,
    order: 0,
    title: '',
    icons: [],
    downloadTotal: 0,
    uploadTotal: 0,
    records: 0,
    stage: 'kept',
    failureReason: null,
    deliveries: 0,
    ended: null,
    downloaded,
    copies: name,
    size: 0,
    urls: [],
    kept: Date.now(),
  };
  stores(KEPT).put(row);
  return row;
}

/** Entry first, row second: what has both is not copied again. */
async function copyRecord(
  scope: string,
  uid: string,
  index: number,
  request: Request,
  response: Response,
): Promise<void> {
  let start = await write(scope, async (stores) => {
    const { url, status, statusText, type, redirected } = response;
    const head = { url, status, statusText, headers: [...response.headers], type, redirected };
    const rest = { validator: null, version: 1, hold: null, silentSince: null, tries: 0 };
    stores(RECORDS).put({ uid, index, request: describeRequest(request), head, result: 'success', ...rest });
    return sizeOf(await segmentsOf(stores, uid, index));
  });
  const cache = await caches.open(cacheName(scope));
  for await (const bytes of cut(response, start)) {
    const entry = `${uid}/${index}/0.${start}`;
    await cache.put(entryUrl(entry), new Response(bytes));
    const { size: length } = bytes;
    await write(scope, (stores) => settled(stores(SEGMENTS).put({ uid, index, start, length, entry })));
    start += length;
  }
}

/** The body from an offset on, in pieces of {@link MOST} bytes. */
async function* cut({ body }: Response, skipped: number): AsyncGenerator<Blob> {
  const reader = body?.getReader();
  let [chunks, length]: [Uint8Array<ArrayBuffer>[], number] = [[], 0];
  for (let skip = skipped; ; ) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) break;
    let rest = value.subarray(skip);
    skip = Math.max(0, skip - value.length);
    while (rest.length > 0) {
      const part = rest.subarray(0, MOST - length);
      chunks.push(part as Uint8Array<ArrayBuffer>);
      length += part.length;
      rest = rest.subarray(part.length);
      if (length < MOST) continue;
      yield new Blob(chunks);
      [chunks, length] = [[], 0];
    }
  }
  if (length > 0) yield new Blob(chunks);
}

async function write<T>(scope: string, steps: (stores: Stores) => Promise<T>): Promise<T> {
  const done = await transact(scope, 'readwrite', async (stores) => ({ value: await steps(stores) }));
  if (!done) throw new DOMException('The library was deleted.', 'AbortError');
  return done.value;
}
