/** Answers to requests, out of what is kept. */
import { cacheName, entryUrl, KEPT, RECORDS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { openStream } from './body.ts';
import { below, transact, URLS } from './database.ts';
import { letGoOf } from './items.ts';
import { isSame, partOf } from './range.ts';
import { type ItemRow, type RecordRow, type SegmentRow, segmentsOf, sizeOf, withoutFragment } from './rows.ts';
import { scopeHere } from './scope.ts';
import { tidyOnce } from './tidy.ts';

/** An item, and what it has for a URL. */
type Found = [item: ItemRow, record: RecordRow, segments: SegmentRow[]];

type Head = Pick<Response, 'url' | 'status' | 'statusText'>;

/** What a response is made of. */
interface Stored {
  head: Head;
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
  const find = () => caches.match(request, { ignoreMethod: true, cacheName } as MultiCacheQueryOptions);
  const cached = await find();
  // What is opaque tells nothing of itself.
  if (cached?.status !== 200) return cached;
  const size = await lengthOf(cached, `${cacheName} ${request.url}`);
  // What had to be measured is read once more: by a clone, all of it would be held for whoever is slower.
  const piece = { start: 0, length: size, open: async () => (cached.bodyUsed ? find() : cached) };
  const body = (start: number, end: number) => openStream([piece], start, end, () => measured.clear());
  return answer(request, makeStored(cached, size, body));
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/**
 * Of a body, in bytes: as it is declared, where nothing of it can be a content coding (of another origin that may be hidden,
 * and kept so); else all of it is read. Once only, if something tells its versions apart, as players ask for many parts.
 */
function lengthOf(cached: Response, place: string): number | Promise<number> {
  const { type, headers } = cached;
  const declared = type === 'basic' && !headers.has('Content-Encoding') && Number(headers.get('Content-Length'));
  if (declared) return declared;
  const version = ['Content-Length', 'Date', 'ETag', 'Last-Modified'].map((name) => headers.get(name)).join('');
  const size = measured.get(place + version) ?? cached.blob().then((blob) => blob.size);
  if (version) measured.set(place + version, size);
  size.catch(() => measured.clear());
  return size;
}

/** By place and version. */
const measured = new Map<string, Promise<number>>();

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
function makeStored(head: Head & { headers: HeadersInit }, size: number, body: Stored['body']): Stored {
  const headers = new Headers(head.headers);
  headers.delete('Content-Encoding');
  headers.delete('Content-Range');
  headers.set('Content-Length', `${size}`);
  headers.set('Accept-Ranges', 'bytes');
  return { head, headers, size, body };
}

async function find(url: string): Promise<Stored | undefined> {
  const scope = await scopeHere();
  if (!scope) return undefined;
  tidyOnce(scope);
  const found = await newest(scope, withoutFragment(url));
  if (!found) return undefined;
  const [item, record, segments] = found;
  // An item that is not whole any more is none.
  const lost = () => letGoOf(scope, ({ uid }) => uid === item.uid).catch(() => undefined);
  const pieces = segments.map((segment) => {
    // `match` with a name does not create a cache that is gone.
    return { ...segment, open: () => caches.match(entryUrl(segment.entry), { cacheName: cacheName(scope) }) };
  });
  const last = pieces.at(-1);
  const body = async (start: number, end: number): Promise<BodyInit | undefined> => {
    // Looked at once, as WebKit reads all of an entry for that.
    if (!seen.has(last?.entry) && (await last?.open())) seen.add(last?.entry);
    const stream = seen.has(last?.entry) ? await openStream(pieces, start, end, lost) : undefined;
    if (!stream) lost();
    return stream;
  };
  return makeStored(record.head, sizeOf(segments), body);
}

/** Of the items that have this URL, that which was kept last. */
function newest(scope: string, url: string): Promise<Found | undefined> {
  return transact(scope, 'readonly', async (stores) => {
    const places: { uid: string; index: number }[] = await settled(stores(URLS).getAll(below(url)));
    let found: Found | undefined;
    for (const { uid, index } of places) {
      // At once: each would take its time.
      const one = await Promise.all([
        settled<ItemRow | undefined>(stores(KEPT).get(uid)),
        settled<RecordRow>(stores(RECORDS).get([uid, index])),
        segmentsOf(stores, uid, index),
      ]);
      const [item] = one;
      if (item?.name === undefined || (found && found[0].kept > item.kept)) continue;
      found = one as Found;
    }
    return found;
  });
}

/** Ends of bodies that were there. */
const seen = new Set<string | undefined>();
