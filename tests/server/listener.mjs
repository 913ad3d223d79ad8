/** A server's listening socket that goes away and comes back on the same port, and the connections to it. */

/**
 * Below the range that systems give to outgoing connections, so that nobody is likely to be handed
 * our port while we are offline.
 */
const [LOWEST, HIGHEST] = [20_000, 32_000];
const TRIES = 40;

export class Listener {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server;
  #mute = false;

  /** @param {import('node:net').Server} server */
  constructor(server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      if (this.#mute) socket.cork();
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
  }

  /** @param {number} port 0 picks one @returns {Promise<number>} */
  async start(port) {
    if (this.#server.listening) return this.#server.address().port;
    for (let attempt = 1; ; attempt++) {
      const candidate = port || LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
      try {
        await this.#listen(candidate);
        return candidate;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE' || attempt === TRIES) throw error;
        // Our own port, held for a moment by a test that started meanwhile.
        if (port) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Refuses new connections and cuts the open ones. */
  async stop() {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Nothing more is sent on any connection, as when packets get lost, and all of it later. @param {boolean} mute */
  setMute(mute) {
    if (mute === this.#mute) return;
    this.#mute = mute;
    for (const socket of this.#sockets) mute ? socket.cork() : socket.uncork();
  }

  /** @param {number} port */
  #listen(port) {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // Browsers that try ::1 for 'localhost' fall back to this at once.
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve(undefined);
      });
    });
  }
}
