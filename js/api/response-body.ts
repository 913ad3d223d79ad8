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
    return new Blob(await Promise.all(segments.map((segment) => readSegment(scope, segment, 'blob'))));
  } catch {
    // The head is there, so it is the body that fails, where it is damaged.
    return segmentStream(scope, record);
  }
}

/** Reads a segment at a time, of 16 MiB at most, and no sooner than the reader asks for it. */
function segmentStream(scope: string, record: LiveRecord): ReadableStream<Uint8Array> {
  const { version } = record.state;
  let offset = 0;
  const next = (segments: SegmentState[]) => segments.find(({ start }) => start === offset);

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const state = await record.until(
      (now) => now.version !== version || now.result !== '' || next(now.segments) !== undefined,
    );
    if (state.version !== version) throw failureOf('redundant');
    if (!isExposed(state.result)) throw failureOf(state.result);
    const segment = next(state.segments);
    if (!segment) return controller.close();
    controller.enqueue(new Uint8Array(await readSegment(scope, segment, 'arrayBuffer')));
    offset += segment.length;
  }

  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** The bytes of a segment. Not every entry that is there is whole. */
async function readSegment<How extends 'blob' | 'arrayBuffer'>(
  scope: string,
  { url, start, length }: SegmentState,
  how: How,
): Promise<Awaited<ReturnType<Response[How]>>> {
  // `match` with a name does not create a cache that is gone.
  const entry = await caches.match(url, { cacheName: cacheName(scope) });
  const data = (await entry?.[how]()) as Partial<Blob & ArrayBuffer> | undefined;
  if ((data?.size ?? data?.byteLength) !== length) {
    throw new TypeError(`The stored response is damaged from byte ${start} on.`);
  }
  return data as Awaited<ReturnType<Response[How]>>;
}
