/** As much of `fetch()` over HTTP/2 as the tests of the origin need: Node's own speaks HTTP/1.1. */
import { connect } from 'node:http2';
import { gunzipSync } from 'node:zlib';
import { ensureCertificate } from '../../scripts/lib/certificate.mjs';

export class H2Client {
  #authority;
  /** One connection for each origin. @type {Map<string, import('node:http2').ClientHttp2Session>} */
  #sessions = new Map();
  /** The GOAWAYs that came: the last stream that each says was processed. @type {number[]} */
  goneAway = [];
  /** The id of the newest stream. */
  lastStream = 0;

  /** @param {string} authority in PEM */
  constructor(authority) {
    this.#authority = authority;
  }

  static async make() {
    return new H2Client((await ensureCertificate()).authority);
  }

  /**
   * @param {string} url
   * @param {{method?: string, headers?: Record<string, string>, body?: Uint8Array, signal?: AbortSignal}} [init]
   * @returns {Promise<Response>} when all of its body has come
   */
  async fetch(url, init = {}) {
    const response = await this.#exchange(url, init);
    const location = response.headers.get('location');
    return location ? this.fetch(new URL(location, url).href, init) : response;
  }

  close() {
    for (const session of this.#sessions.values()) session.destroy();
  }

  async #exchange(url, { method = 'GET', headers = {}, body, signal }) {
    const { origin, pathname, search } = new URL(url);
    const stream = this.#session(origin).request(
      { ':method': method, ':path': pathname + search, 'accept-encoding': 'gzip', ...headers },
      { endStream: !body },
    );
    stream.on('response', () => (this.lastStream = stream.id));
    const abort = () => stream.destroy(signal?.reason);
    signal?.addEventListener('abort', abort);
    if (body) stream.end(body);
    try {
      return await received(stream, url);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @param {string} origin */
  #session(origin) {
    const open = this.#sessions.get(origin);
    if (open && !open.closed && !open.destroyed) return open;
    const session = connect(origin, { ca: this.#authority });
    session.on('error', () => {});
    session.on('goaway', (_code, last) => this.goneAway.push(last));
    this.#sessions.set(origin, session);
    return session;
  }
}

/**
 * @typedef {{status: number, url: string, headers: Headers, arrayBuffer: () => Promise<Buffer>}} Response
 *
 * @param {import('node:http2').ClientHttp2Stream} stream @param {string} url @returns {Promise<Response>}
 */
function received(stream, url) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    /** @type {Record<string, any>} */
    let head = {};
    let isWhole = false;
    stream.on('response', (headers) => (head = headers));
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => (isWhole = true));
    stream.on('error', reject);
    stream.on('close', () => {
      if (!isWhole || stream.rstCode) return reject(new Error(`closed with ${stream.rstCode}`));
      const headers = new Headers(Object.fromEntries(Object.entries(head).filter(([name]) => !name.startsWith(':'))));
      const body = Buffer.concat(chunks);
      resolve({
        status: head[':status'],
        url,
        headers,
        arrayBuffer: async () => (headers.get('content-encoding') ? gunzipSync(body) : body),
      });
    });
  });
}
