/** Answers to requests, out of what is kept. */
import type { ResponseHead } from '../border/engine.ts';
import { cacheName, entryUrl, KEPT, RECORDS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { openStream, type Piece } from './body.ts';
import { below, transact, URLS } from './database.ts';
import { drop } from './items.ts';
import { isSame, partOf } from './range.ts';
import { type ItemRow, type RecordRow, type SegmentRow, segmentsOf, sizeOf, withoutFragment } from './rows.ts';
import { scopeHere } from './scope.ts';
import { tidyOnce } from './tidy.ts';

interface Found {
  item: ItemRow;
  record: RecordRow;
  segments: SegmentRow[];
}

/** What a response is made of. */
interface Stored {
  head: Pick<ResponseHead, 'url' | 'status' | 'statusText'>;
  headers: Headers;
  /** Bytes of the whole body. */
  size: number;
  /** Some bytes of it; undefined where they are gone. */
  body(start: number, end: number): Promise<BodyInit | undefined>;
}

/** The whole response to a request for this URL that is kept, whatever part of it is asked for; undefined if there is none. */
export async function match(request: RequestInfo | URL): Promise<Response | undefined> {
  const stored = await find(new Request(request).url);
  return stored && whole(stored);
}

/**
 * As {@link match}, as a server would answer: with the part that is asked for, or without a body. A storage that refuses has
 * nothing, so that the request can go to the network.
 */
export async function respond(request: Request): Promise<Response | undefined> {
  if (!isRead(request)) return undefined;
  try {
    const stored = await find(request.url);
    return stored && (await answer(request, stored));
  } catch {
    return undefined;
  }
}

/** The same, out of a cache that the app has filled itself; of any, if none is named. */
export async function respondFromCache(request: Request, cacheName?: string): Promise<Response | undefined> {
  if (!isRead(request)) return undefined;
  const cached = await caches.match(request, { ignoreMethod: true, cacheName } as MultiCacheQueryOptions);
  // What is opaque tells nothing of itself.
  if (cached?.status !== 200) return cached;
  const size = declaredLength(cached) || (await cached.clone().blob()).size;
  const piece = { start: 0, length: size, open: async () => cached };
  const body = (start: number, end: number) => openStream([piece], start, end, () => undefined);
  return answer(request, { head: cached, headers: headersOf(cached.headers, size), size, body });
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/** The length of a body, where nothing of it can be a content coding: of another origin that may be hidden, and kept so. */
const declaredLength = ({ type, headers }: Response): number | false =>
  type === 'basic' && !headers.has('Content-Encoding') && Number(headers.get('Content-Length'));

function answer({ method, headers: asked }: Request, stored: Stored): Promise<Response | undefined> {
  const { head, headers, size } = stored;
  if (method === 'HEAD') return make(stored, head, 0, 0);
  const part = head.status === 200 && isSame(asked.get('If-Range'), headers) && partOf(asked.get('Range'), size);
  if (!part) return whole(stored);
  const { start, end } = part;
  const isThere = start < end;
  headers.set('Content-Range', `bytes ${isThere ? `${start}-${end - 1}` : '*'}/${size}`);
  headers.set('Content-Length', `${isThere ? end - start : 0}`);
  return make(stored, { status: isThere ? 206 : 416 }, start, end);
}

const whole = (stored: Stored): Promise<Response | undefined> => make(stored, stored.head, 0, stored.size);

async function make(
  { head, headers, body }: Stored,
  { status, statusText }: Pick<ResponseInit, 'status' | 'statusText'>,
  start: number,
  end: number,
): Promise<Response | undefined> {
  const bytes = start < end ? await body(start, end) : null;
  if (bytes === undefined) return undefined;
  const response = new Response(bytes, { status, statusText, headers } as ResponseInit);
  // One made by a script has none.
  return Object.defineProperty(response, 'url', { value: head.url });
}

/** What is stored has no content coding any more, and is no part. */
function headersOf(init: HeadersInit, size: number): Headers {
  const headers = new Headers(init);
  headers.delete('Content-Encoding');
  headers.delete('Content-Range');
  headers.set('Content-Length', `${size}`);
  headers.set('Accept-Ranges', 'bytes');
  return headers;
}

async function find(url: string): Promise<Stored | undefined> {
  const scope = await scopeHere();
  if (scope === undefined) return undefined;
  tidyOnce(scope);
  const found = await newest(scope, withoutFragment(url));
  if (!found) return undefined;
  const { item, record, segments } = found;
  const lost = (): void => void drop(scope, item).catch(() => undefined);
  const pieces = segments.map(({ start, length, entry }): Piece => {
    // `match` with a name does not create a cache that is gone.
    return { start, length, open: () => caches.match(entryUrl(entry), { cacheName: cacheName(scope) }) };
  });
  const body = async (start: number, end: number): Promise<BodyInit | undefined> => {
    const stream = (await hasLast(pieces, segments)) ? await openStream(pieces, start, end, lost) : undefined;
    if (!stream) lost();
    return stream;
  };
  const size = sizeOf(segments);
  return { head: record.head, headers: headersOf(record.head.headers, size), size, body };
}

/** Of the items that have this URL, that which was kept last. */
function newest(scope: string, url: string): Promise<Found | undefined> {
  return transact(scope, 'readonly', async (stores) => {
    const places: { uid: string; index: number }[] = await settled(stores(URLS).getAll(below(url)));
    let found: Found | undefined;
    for (const { uid, index } of places) {
      // At once: each would take its time.
      const [item, record, segments] = await Promise.all([
        settled<ItemRow | undefined>(stores(KEPT).get(uid)),
        settled<RecordRow>(stores(RECORDS).get([uid, index])),
        segmentsOf(stores, uid, index),
      ]);
      if (item?.name === undefined || (found && found.item.kept > item.kept)) continue;
      found = { item, record, segments };
    }
    return found;
  });
}

/** Whether the end of a body is there, too; looked at once, as WebKit reads all of an entry for that. */
async function hasLast(pieces: Piece[], segments: SegmentRow[]): Promise<boolean> {
  const last = segments.at(-1)?.entry ?? '';
  if (!seen.has(last) && (await pieces.at(-1)?.open())) seen.add(last);
  return seen.has(last);
}

/** Ends of bodies that were there. */
const seen = new Set<string>();
