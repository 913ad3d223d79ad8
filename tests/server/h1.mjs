/** HTTP/1.1 in the clear: one request at a time on each connection. */
import { createServer } from 'node:http';
import { write } from './exchange.mjs';

/** @typedef {import('./exchange.mjs').Exchange} Exchange */

/**
 * A server that is not listening yet.
 * @param {(exchange: Exchange) => void} onRequest @returns {import('node:net').Server}
 */
export function serveH1(onRequest) {
  const server = createServer((request, response) => onRequest(new H1Exchange(request, response)));
  // Longer than any pause in a test: a connection reused while the server closes it would look
  // like a fault that nobody asked for.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.headersTimeout = 60_000;
  return server;
}

/** @implements {Exchange} */
class H1Exchange {
  protocol = /** @type {const} */ ('h1');
  #response;

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  constructor(request, response) {
    this.body = request;
    this.connection = request.socket;
    this.method = request.method ?? 'GET';
    this.path = request.url ?? '/';
    this.headers = request.headers;
    this.#response = response;
  }

  get isOver() {
    return this.#response.destroyed;
  }

  onClose(listener) {
    this.#response.on('close', listener);
  }

  head(status, headers, mayBreak = false) {
    // Without a length, Node would send chunks.
    if (headers.connection === 'close') this.#response.useChunkedEncodingByDefault = false;
    this.#response.writeHead(status, headers);
    if (mayBreak) this.#response.flushHeaders();
  }

  write(piece) {
    return write(this.#response, piece);
  }

  end() {
    this.#response.end();
  }

  breakOff(how) {
    const socket = this.connection;
    // A clean end of the connection, before the length that was promised. `end()` of the response
    // would add the last chunk of a chunked body and make it whole.
    if (how === 'end') socket.end();
    else if (how === 'reset' || how === 'disconnect') socket.resetAndDestroy();
    else throw new Error(`HTTP/1.1 knows no "${how}"`);
  }
}
