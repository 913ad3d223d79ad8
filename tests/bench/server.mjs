/** A server for the benchmark that counts what it sends: nginx where installed, else the test origin. */
import { PlainError, which } from '../../scripts/lib/run.mjs';
import { startNginx } from './nginx.mjs';
import { startNode } from './node.mjs';

export const KINDS = /** @type {const} */ (['auto', 'nginx', 'node']);
/** HTTP/1.1, and HTTP/2 over TLS. */
export const PROTOCOLS = /** @type {const} */ (['h1', 'h2']);

/**
 * @param {Record<string, string>} roots URL prefix → folder, `/dist/` among them
 * @param {{kind: typeof KINDS[number], protocol: typeof PROTOCOLS[number], folder: string,
 *   media: import('./files.mjs').Media, throttle?: number}} options folder: a temporary one, for the server's own
 *   files; throttle: bytes a second for all responses together, of the Node server only
 * @returns {Promise<import('./served.mjs').Server>}
 */
export async function startServer(roots, { kind, protocol, folder, media, throttle = 0 }) {
  const nginx = kind === 'node' ? undefined : (which('nginx') ?? which('nginx', '/usr/sbin:/usr/local/sbin'));
  if (nginx) return startNginx(nginx, roots, { folder, media, protocol });
  if (kind === 'nginx') throw new PlainError('nginx is not installed.');
  return startNode(roots, { protocol, throttle });
}
