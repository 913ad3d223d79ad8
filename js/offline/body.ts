/** Bodies out of several pieces, read when they are asked for. */
import { slicesStored } from '../platform.ts';

/** Missing from older browsers, and from the library of types. */
interface Transferable {
  transfer?(length: number): ArrayBuffer;
}

/** Some bytes of a body that are stored. */
export interface Piece {
  /** Offset of the first in the body, and how many; bytes. */
  start: number;
  length: number;
  /** Undefined where they are gone. */
  open(): Promise<Response | undefined>;
}

/**
 * The bytes from `start` up to `end`, of which there are some; undefined where the first are gone. No more than a chunk is
 * read before it is asked for, and of the first piece what comes before. Where a later one is gone, or one is not as long
 * as it should be, the stream fails, and `lost` is called. A storage that refuses fails it, too, but nothing is lost for that.
 */
export async function openStream(
  pieces: Piece[],
  start: number,
  end: number,
  lost: () => void,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const wanted = pieces.filter((piece) => piece.start < end && piece.start + piece.length > start);
  let at = start;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Where in the body the next bytes of the piece are that is being read, and where it ends, or the stream. */
  let next: number;
  let stop: number;
  /** Whether nobody wants the rest. */
  let cancelled = false;

  /** Begins with the next piece. */
  async function open(): Promise<unknown> {
    const [piece] = wanted;
    if (!piece) return undefined;
    next = piece.start;
    stop = Math.min(end, next + piece.length);
    let stored = await piece.open();
    if (stored && slicesStored && at > next) {
      stored = new Response((await stored.blob()).slice(at - next));
      next = at;
    }
    reader = stored?.body?.getReader();
    return reader;
  }

  const close = (): unknown => reader?.cancel().catch(() => undefined);

  /** The bytes of the next chunk that are wanted; undefined where there is none. */
  async function read(): Promise<Uint8Array | undefined> {
    if (!reader) await open();
    const value = (await reader?.read())?.value;
    if (!value) return undefined;
    const bytes = value.subarray(Math.max(0, at - next), Math.max(0, stop - next));
    next += value.length;
    // What is read for nothing does not wait for the collector; newer browsers only.
    if (!bytes.length) (value.buffer as Transferable).transfer?.(0);
    return bytes;
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let bytes: Uint8Array | undefined;
    do bytes = await read();
    while (bytes?.length === 0);
    // What it has come to by that tells nothing.
    if (cancelled) return;
    if (!bytes) {
      lost();
      throw new TypeError('What was kept is damaged.');
    }
    at += bytes.length;
    controller.enqueue(bytes);
    if (at >= end) controller.close();
    if (at >= stop) {
      close();
      reader = undefined;
      wanted.shift();
    }
  }

  function cancel(): unknown {
    cancelled = true;
    return close();
  }

  if (!(await open())) return undefined;
  return new ReadableStream({ pull, cancel: cancel as () => Promise<void> }, { highWaterMark: 0 });
}
