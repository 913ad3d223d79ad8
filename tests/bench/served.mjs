/** What both servers of the benchmark have in common. */

/** What a server of media has to send along so that an app of another origin may resume and split. */
export const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Last-Modified, Content-Range, Accept-Ranges, Content-Length, Date',
};
/** So long after a response broke off the server may take to notice and write it down. */
export const LOG_MS = 150;

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {string} url
 * @property {string} otherUrl the same, as another origin
 * @property {(run: number) => Promise<{requests: number, bytes: number}>} sent of the URLs with this `run=`; of bodies
 * @property {() => Promise<void>} close
 */

/** The run that a URL is of; null if of none. @param {string} url */
export const runOf = (url) => new URL(url, 'http://bench').searchParams.get('run');

/** @param {'h1' | 'h2'} protocol @param {number} port */
export const urlOf = (protocol, port) => `${protocol === 'h2' ? 'https' : 'http'}://localhost:${port}`;
