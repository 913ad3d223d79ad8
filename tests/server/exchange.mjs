/**
 * One request and its response, whatever the protocol.
 *
 * @typedef {object} Exchange
 * @property {'h1' | 'h2'} protocol
 * @property {object} connection the same object for all that is on one connection
 * @property {string} method
 * @property {string} path with the query
 * @property {import('node:http').IncomingHttpHeaders} headers without those that begin with a colon
 * @property {import('node:stream').Readable} body of the request
 * @property {boolean} isOver nothing more can be sent
 * @property {(listener: () => void) => void} onClose
 * @property {(status: number, headers: Record<string, string | string[]>, mayBreak?: boolean) => void} head
 *   at once if the body may be late or break off, else perhaps with the body
 * @property {(piece: Buffer) => Promise<boolean>} write when the kernel has taken all of it; false if it did not
 * @property {() => void} end
 * @property {(how: Break) => void} breakOff throws where the protocol has no such thing
 *
 * How an exchange breaks off:
 * - `reset`: this one alone, as far as the protocol can: a stream over HTTP/2, else the connection
 * - `end`: cleanly, though short of the length: the end of the stream, or of the connection
 * - `disconnect`: the connection is reset, with all that is on it
 * - `refuse`: HTTP/2, before the head: the server has not looked at it
 * - `goaway-processed`, `goaway-unprocessed`: HTTP/2, GOAWAY, and the connection closes; this exchange counts as
 *   processed, or does not
 * - `goaway-drain`: HTTP/2, GOAWAY; what is under way goes on, and nothing new may come
 *
 * @typedef {'reset' | 'end' | 'disconnect' | 'refuse' | 'goaway-processed' | 'goaway-unprocessed' | 'goaway-drain'} Break
 */

/**
 * @param {import('node:stream').Writable} stream @param {Buffer} piece
 * @returns {Promise<boolean>} whether all of it was taken
 */
export function write(stream, piece) {
  return new Promise((resolve) => {
    const closed = () => resolve(false);
    stream.once('close', closed);
    stream.write(piece, (error) => {
      stream.off('close', closed);
      resolve(!error);
    });
  });
}
