import { createServer } from 'node:net';

/** One that is free now. @param {string} host @returns {Promise<number>} */
export function freePort(host) {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, host, () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
