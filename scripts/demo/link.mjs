/**
 * The network between the browser and the media server, as a loopback TCP proxy: it has a speed, for all connections
 * together and for each, can be cut, and counts what it has passed on. So the server behind it can be any real one, unchanged.
 */
import { connect, createServer } from 'node:net';

import { Listener } from '../../tests/server/listener.mjs';
import { Pace } from '../../tests/server/throttle.mjs';

/** Small, and the next one only when the kernel has taken the last: what is counted is what was sent. */
const PIECE = 64 * 1024;

export class Link {
  /** Bytes passed on to browsers, heads of responses included. */
  bytesSent = 0;
  /** Bytes a second for each connection, those that are open, too; 0 for no limit. */
  ratePerConnection = 0;
  #pace;
  #listener;
  #port = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #restoring;

  /**
   * @param {import('node:net').NetConnectOpts} upstream the server behind the link
   * @param {number} rate bytes a second for all connections together, 0 for no limit
   */
  constructor(upstream, rate) {
    this.#pace = new Pace(rate);
    this.#listener = new Listener(createServer((client) => this.#carry(client, connect(upstream))));
  }

  get rate() {
    return this.#pace.rate;
  }

  set rate(rate) {
    this.#pace.setRate(rate);
  }

  get isCut() {
    return this.#restoring !== undefined;
  }

  /** @param {number} port 0 picks one */
  async open(port) {
    this.#port = await this.#listener.start(port);
    return this.#port;
  }

  /** Breaks every connection and refuses new ones for a while. @param {number} ms */
  async cut(ms) {
    if (this.isCut) return;
    this.#restoring = setTimeout(() => this.restore(), ms);
    await this.#listener.stop();
  }

  async restore() {
    if (!this.isCut) return;
    clearTimeout(this.#restoring);
    this.#restoring = undefined;
    await this.#listener.start(this.#port);
  }

  async close() {
    clearTimeout(this.#restoring);
    await this.#listener.stop();
  }

  /** @param {import('node:net').Socket} client @param {import('node:net').Socket} server */
  async #carry(client, server) {
    client.on('error', () => {});
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    const own = new Pace();
    await Promise.all([
      this.#carryAll(client, server, own),
      this.#carryAll(server, client, own, (size) => {
        this.bytesSent += size;
      }),
    ]);
  }

  /**
   * @param {import('node:net').Socket} from @param {import('node:net').Socket} to @param {Pace} own of this connection
   * @param {(size: number) => void} [count]
   */
  async #carryAll(from, to, own, count) {
    try {
      for await (const chunk of from) {
        for (let at = 0; at < chunk.length; ) {
          if (own.rate !== this.ratePerConnection) own.setRate(this.ratePerConnection);
          const size = own.pieceSize(this.#pace.pieceSize(Math.min(PIECE, chunk.length - at)));
          await Promise.all([this.#pace.take(size), own.take(size)]);
          await write(to, chunk.subarray(at, at + size));
          count?.(size);
          at += size;
        }
      }
      to.end();
    } catch {
      // The browser has gone, or the link was cut.
      to.destroy();
    }
  }
}

/** Resolves when the kernel has it. @param {import('node:net').Socket} socket @param {Buffer} piece */
function write(socket, piece) {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Error('closed'));
    socket.once('close', reject);
    socket.write(piece, (error) => {
      socket.off('close', reject);
      if (error) reject(error);
      else resolve(undefined);
    });
  });
}
