/** HTTP/2 over TLS, and nothing else: a client that does not speak it gets no answer. */
import { constants, createSecureServer } from 'node:http2';
import { createServer } from 'node:net';
import { Duplex } from 'node:stream';
import { write } from './exchange.mjs';

/** @typedef {import('./exchange.mjs').Exchange} Exchange */

/** As nginx and others have it. */
const MOST_STREAMS = 128;
/** For what was written before to get out. */
const DRAIN_MS = 50;

/**
 * A server that is not listening yet. Its connections are plain sockets, which can be held back and reset:
 * TLS comes to them through a `Gate`, and not straight from the system, where nobody could.
 * @param {(exchange: Exchange) => void} onRequest
 * @param {import('../../scripts/lib/certificate.mjs').Certificate} certificate
 * @returns {import('node:net').Server}
 */
export function serveH2(onRequest, { key, chain }) {
  const options = { key, cert: chain, allowHTTP1: false, settings: { maxConcurrentStreams: MOST_STREAMS } };
  return createServer((socket) => {
    // One for each connection: a stream has no other way to tell its socket.
    const http2 = createSecureServer(options);
    http2.on('session', (session) => session.on('error', () => {}));
    http2.on('stream', (stream, headers) => onRequest(new H2Exchange(stream, headers, socket)));
    http2.emit('connection', new Gate(socket));
  });
}

/** @implements {Exchange} */
class H2Exchange {
  protocol = /** @type {const} */ ('h2');
  #stream;
  #session;
  #isBroken = false;

  /**
   * @param {import('node:http2').ServerHttp2Stream} stream @param {import('node:http2').IncomingHttpHeaders} headers
   * @param {import('node:net').Socket} socket
   */
  constructor(stream, headers, socket) {
    stream.on('error', () => {});
    this.body = stream;
    this.connection = socket;
    this.method = headers[':method'] ?? 'GET';
    this.path = headers[':path'] ?? '/';
    const own = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
    this.headers = { host: headers[':authority'], ...Object.fromEntries(own) };
    this.#stream = stream;
    this.#session = stream.session;
  }

  get isOver() {
    return this.#stream.destroyed || this.#stream.closed;
  }

  onClose(listener) {
    this.#stream.on('close', listener);
  }

  head(status, headers) {
    // Node ends a stream before it resets it, and a body that has ended is whole for most browsers. So the frame
    // that ends it is one of its own, which is only sent where nothing was broken off.
    this.#stream.on('wantTrailers', () => {
      if (!this.#isBroken) this.#stream.sendTrailers({});
    });
    this.#stream.respond({ ':status': status, ...headers }, { waitForTrailers: true });
  }

  write(piece) {
    return write(this.#stream, piece);
  }

  end() {
    this.#stream.end();
  }

  breakOff(how) {
    switch (how) {
      case 'reset':
        this.#isBroken = true;
        return this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      case 'refuse':
        return this.#stream.close(constants.NGHTTP2_REFUSED_STREAM);
      case 'end':
        return void this.#stream.end();
      case 'disconnect':
        return void this.connection.resetAndDestroy();
      default:
        return this.#goAway(how);
    }
  }

  /** @param {import('./exchange.mjs').Break} how */
  #goAway(how) {
    const own = /** @type {number} */ (this.#stream.id);
    // Never none: Node cannot say that.
    const last = how === 'goaway-unprocessed' ? Math.max(1, own - 2) : own;
    this.#session?.goaway(constants.NGHTTP2_NO_ERROR, last);
    // What goes on to its end is followed by the client's closing the connection.
    if (how !== 'goaway-drain') setTimeout(() => this.connection.end(), DRAIN_MS);
  }
}

/** A socket as a stream like any other. */
class Gate extends Duplex {
  #socket;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
  }

  _read() {
    this.#socket.resume();
  }

  /** When the kernel has taken it: what is counted as sent goes by this. */
  _write(chunk, _encoding, done) {
    this.#socket.write(chunk, done);
  }

  _final(done) {
    this.#socket.end(done);
  }

  _destroy(error, done) {
    this.#socket.destroy();
    done(error);
  }
}
