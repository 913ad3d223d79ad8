/** Bodies out of several pieces, read when they are asked for. */

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
  /** The piece that is being read, and where in the body its next bytes are. */
  let [piece] = wanted;
  let reader = await readerOf(piece);
  let next = piece?.start ?? 0;
  /** Whether nobody wants the rest. */
  let cancelled = false;
  if (!reader) return undefined;

  const close = (): unknown => reader?.cancel().catch(() => undefined);

  /** The bytes of the next chunk that are wanted; undefined where there is none. */
  async function read(): Promise<Uint8Array | undefined> {
    if (!reader) {
      [piece] = wanted;
      reader = await readerOf(piece);
      next = at;
    }
    const value = (await reader?.read())?.value;
    if (!value || !piece) return undefined;
    const from = next;
    next += value.length;
    return value.subarray(Math.max(0, at - from), Math.max(0, Math.min(end, piece.start + piece.length) - from));
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
    if (piece && at >= Math.min(end, piece.start + piece.length)) {
      close();
      reader = undefined;
      wanted.shift();
    }
  }

  function cancel(): unknown {
    cancelled = true;
    return close();
  }

  return new ReadableStream({ pull, cancel: cancel as () => Promise<void> }, { highWaterMark: 0 });
}

async function readerOf(piece: Piece | undefined): Promise<ReadableStreamDefaultReader<Uint8Array> | undefined> {
  return (await piece?.open())?.body?.getReader();
}
