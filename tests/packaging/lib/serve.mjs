/** Serves a built app; with Vite's dev server one that is not built, and with its preview as a reader of the README does. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packagingDir } from '../../../scripts/lib/node-packages.mjs';
import { startOrigin } from '../../server/origin.mjs';
import { freePort } from './ports.mjs';
import { startPreview } from './preview.mjs';

/** Bytes a second of a line on which a download can be watched. */
const RATE = 8e6;

/**
 * @typedef {object} Served
 * @property {string} app its URL
 * @property {string} files URL of the origin that has the film: another one beside a dev server
 * @property {((offline: boolean) => Promise<void>) | undefined} setOffline not of a dev server
 * @property {() => Promise<void>} close
 */

/** @param {import('./setups.mjs').Setup} setup @param {string} folder @returns {Promise<Served>} */
export async function serve({ dev, readme }, folder) {
  if (readme) return startPreview(dirname(folder), RATE);
  const origin = await startOrigin({ roots: dev ? {} : { '/': folder } });
  const own = { files: origin.url, setOffline: origin.setOffline, close: () => origin.close() };
  if (!dev) return { ...own, app: `${origin.url}/` };
  const server = await startVite(folder);
  const close = async () => {
    await server.close();
    await origin.close();
  };
  return { ...own, app: `http://localhost:${server.config.server.port}/`, setOffline: undefined, close };
}

async function startVite(root) {
  const entry = pathToFileURL(join(packagingDir, 'node_modules', 'vite', 'dist', 'node', 'index.js')).href;
  const { createServer: createVite } = await import(entry);
  const server = await createVite({
    root,
    logLevel: 'error',
    server: { host: 'localhost', port: await freePort('localhost'), strictPort: true },
  });
  return server.listen();
}
