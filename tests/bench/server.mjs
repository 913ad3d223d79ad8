/** A real file server for the benchmark, which counts what it sends: nginx where installed, else `send`. */
import { PlainError, which } from '../../scripts/lib/run.mjs';
import { startNginx } from './nginx.mjs';
import { startSend } from './send.mjs';

export const KINDS = /** @type {const} */ (['auto', 'nginx', 'node']);
/** HTTP/1.1, and HTTP/2 over TLS. */
export const PROTOCOLS = /** @type {const} */ (['h1', 'h2']);

/**
 * @param {Record<string, string>} roots URL prefix → folder
 * @param {string} folder a temporary one, for the server's own files
 * @param {{kind: typeof KINDS[number], protocol: typeof PROTOCOLS[number]}} options
 * @returns {Promise<import('./served.mjs').Server>}
 */
export async function startServer(roots, folder, { kind, protocol }) {
  const nginx = kind === 'node' ? undefined : (which('nginx') ?? which('nginx', '/usr/sbin:/usr/local/sbin'));
  if (nginx) return startNginx(nginx, roots, folder, protocol);
  if (kind === 'nginx') throw new PlainError('nginx is not installed.');
  return startSend(roots, protocol);
}
