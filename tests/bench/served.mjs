/** What both servers of the benchmark have in common. */

/** Bytes a second of a connection that the server limits; over HTTP/2, of a stream. */
export const LIMIT = 8_000_000;
/** What a server of media has to send along so that an app of another origin may read it. */
export const CORS = { 'Access-Control-Allow-Origin': '*' };
/** And so that the polyfill sees whether it may resume and split. */
export const EXPOSED = {
  'Access-Control-Expose-Headers': 'ETag, Last-Modified, Content-Range, Accept-Ranges, Content-Length, Date',
};

/**
 * @typedef {object} Job what is downloaded
 * @property {number} count files
 * @property {number} size bytes of each
 * @property {boolean} [limited] to `LIMIT` on each connection
 * @property {boolean} [other] from another origin
 * @property {boolean} [hidden] which exposes no header: `Last-Modified` and `Content-Length` can be read all the same
 * @property {number} [delay] ms before each head, of the Node server only
 *
 * @typedef {object} Server
 * @property {string} name
 * @property {string} url
 * @property {(job: Job, key: string) => Promise<string[]>} urls whose requests count under that key
 * @property {(key: string) => Promise<{requests: number, bytes: number}>} sent of bodies, once nothing is under way
 * @property {() => Promise<void>} close
 *
 * What only the Node server has:
 * @property {(key: string) => {at: number, bytes: number}[]} [requests] when each request came, in ms since 1970, and what was sent so far
 * @property {Map<string, number>} [ticks] when `/tick?n=…` was asked for, by n, in ms since 1970
 */

/** Milliseconds since 1970, with fractions. */
export const now = () => performance.timeOrigin + performance.now();

/** @param {'h1' | 'h2'} protocol @param {number} port */
export const urlOf = (protocol, port) => `${protocol === 'h2' ? 'https' : 'http'}://localhost:${port}`;
