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
 * as it should be, the stream fails, and `lost` is called.
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
  if (!reader) return undefined;

  /** The next bytes, if the next chunk has any that are wanted. */
  async function read(): Promise<Uint8Array> {
    if (!reader) {
      [piece] = wanted;
      reader = await readerOf(piece);
      next = at;
    }
    const chunk = await reader?.read();
    if (!chunk?.value || piece?.start === undefined)
      throw new TypeError(`What was kept is damaged from byte ${at} on.`);
    const { value } = chunk;
    const from = next;
    next += value.length;
    return value.subarray(Math.max(0, at - from), Math.max(0, Math.min(end, piece.start + piece.length) - from));
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      let bytes = await read();
      while (bytes.length === 0) bytes = await read();
      at += bytes.length;
      controller.enqueue(bytes);
    } catch (error) {
      lost();
      throw error;
    }
    if (at >= end) controller.close();
    if (piece && at >= Math.min(end, piece.start + piece.length)) {
      void cancel();
      reader = undefined;
      wanted.shift();
    }
  }

  const cancel = async (): Promise<void> => reader?.cancel().catch(() => undefined);
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

async function readerOf(piece: Piece | undefined): Promise<ReadableStreamDefaultReader<Uint8Array> | undefined> {
  return (await piece?.open())?.body?.getReader();
}
