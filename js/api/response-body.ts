/** Bodies of stored responses, out of the segments in Cache Storage. */
import type { ResponseHead, SegmentState } from '../border/engine.ts';
import { cacheName } from '../border/names.ts';
import { isWebKit } from '../platform.ts';
import type { LiveRecord } from './live-record.ts';
import { failureOf, hasNullBody, isExposed } from './response.ts';

/**
 * The body of the record's response as it is now and, if it is still being received, as it comes.
 *
 * In WebKit a Blob put together from many is slower than a stream over them, which is measured; in the
 * other engines it is three times faster, and safe for the app to store: Firefox stores a stream made
 * by script truncated if the worker dies meanwhile.
 */
export async function createBody(scope: string, record: LiveRecord, head: ResponseHead): Promise<BodyInit | null> {
  if (hasNullBody(head)) return null;
  const { result, segments } = record.state;
  if (result === '' || isWebKit) return segmentStream(scope, record);
  try {
    const blobs = segments.map((segment) => readSegment(scope, segment).then(checkBlob(segment)));
    return new Blob(await Promise.all(blobs));
  } catch {
    // The head is there, so it is the body that fails, where it is damaged.
    return segmentStream(scope, record);
  }
}

/** Reads a segment at a time, and no sooner than the reader asks for it. */
function segmentStream(scope: string, record: LiveRecord): ReadableStream<Uint8Array> {
  const { version } = record.state;
  let offset = 0;
  let segment: SegmentState | undefined;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  /** The segment at `offset`, when it is stored; undefined at the end. */
  async function nextSegment(): Promise<SegmentState | undefined> {
    const at = (segments: SegmentState[]) => segments.find(({ start }) => start === offset);
    const state = await record.until(
      (now) => now.version !== version || now.result !== '' || at(now.segments) !== undefined,
    );
    if (state.version !== version) throw failureOf('redundant');
    if (!isExposed(state.result)) throw failureOf(state.result);
    return at(state.segments);
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      if (!segment || !reader) {
        segment = await nextSegment();
        if (!segment) return controller.close();
        reader = ((await readSegment(scope, segment)).body as ReadableStream<Uint8Array>).getReader();
      }
      const { done, value } = await reader.read();
      const end = segment.start + segment.length;
      if (done ? offset !== end : offset + value.length > end) throw damaged(segment);
      if (!done) {
        offset += value.length;
        return controller.enqueue(value);
      }
      segment = undefined;
    }
  }

  const cancel = (reason: unknown): Promise<void> | undefined => reader?.cancel(reason);
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

/** The entry of a segment; `match` with a name does not create a cache that is gone. */
async function readSegment(scope: string, segment: SegmentState): Promise<Response> {
  const entry = await caches.match(segment.url, { cacheName: cacheName(scope) });
  if (!entry) throw damaged(segment);
  return entry;
}

/** Not every entry that is there is whole. */
const checkBlob =
  (segment: SegmentState) =>
  async (entry: Response): Promise<Blob> => {
    const blob = await entry.blob();
    if (blob.size !== segment.length) throw damaged(segment);
    return blob;
  };

const damaged = ({ start }: SegmentState): TypeError =>
  new TypeError(`The stored bytes of the response from ${start} on are missing or damaged.`);
