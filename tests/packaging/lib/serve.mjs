/** Serves a built app, or, with Vite's dev server, one that is not built. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packagingDir } from '../../../scripts/lib/node-packages.mjs';
import { startOrigin } from '../../server/origin.mjs';

/**
 * @param {import('./setups.mjs').Setup} setup @param {string} folder
 * @returns {Promise<{app: string, files: string, close: () => Promise<void>}>} URLs of the app, and of the origin
 *   that has the file: another one beside a dev server
 */
export async function serve({ dev }, folder) {
  const origin = await startOrigin({ roots: dev ? {} : { '/': folder } });
  if (!dev) return { app: `${origin.url}/`, files: origin.url, close: () => origin.close() };
  const server = await startVite(folder);
  const close = async () => {
    await server.close();
    await origin.close();
  };
  return { app: `http://localhost:${server.config.server.port}/`, files: origin.url, close };
}

async function startVite(root) {
  const entry = pathToFileURL(join(packagingDir, 'node_modules', 'vite', 'dist', 'node', 'index.js')).href;
  const { createServer: createVite } = await import(entry);
  const server = await createVite({
    root,
    logLevel: 'error',
    server: { host: 'localhost', port: await freePort(), strictPort: true },
  });
  return server.listen();
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, 'localhost', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
