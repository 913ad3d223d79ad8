/** Files of the project and small inline ones, served without caching. */
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
};

/** @param {string} path */
export const typeOf = (path) => TYPES[extname(path)] ?? 'application/octet-stream';

/**
 * @typedef {string | Buffer | {body: string | Buffer, type?: string, status?: number, headers?: Record<string, string>}} Inline
 * @typedef {{roots: Record<string, string>, files: Record<string, Inline | ((request: {method: string, url: URL, headers: object}) => Inline | Promise<Inline>)>}} Sources
 */

/**
 * @param {Sources} sources @param {{method: string, url: URL, headers: object}} request
 * @returns {Promise<{status: number, headers: Record<string, string>, body: Buffer} | null>} null: nothing there
 */
export async function findStatic(sources, request) {
  const path = decodeURIComponent(request.url.pathname);
  const inline = sources.files[path];
  if (inline !== undefined) return asResponse(path, typeof inline === 'function' ? await inline(request) : inline);
  // Asked for by every browser unasked; a 404 would be noise in the console lines of a test.
  if (path === '/favicon.ico') return { status: 204, headers: {}, body: Buffer.alloc(0) };
  // The longest prefix wins, so that '/dist/' can lie under '/'.
  const prefixes = Object.keys(sources.roots).sort((a, b) => b.length - a.length);
  for (const prefix of prefixes) {
    const base = prefix.endsWith('/') ? prefix : `${prefix}/`;
    if (!path.startsWith(base)) continue;
    const body = await readInside(sources.roots[prefix], path.slice(base.length));
    if (body) return asResponse(body.path, body.content);
  }
  return null;
}

/** @param {string} root @param {string} rest */
async function readInside(root, rest) {
  const inside = normalize(`/${rest}`);
  let path = join(root, inside);
  try {
    if ((await stat(path)).isDirectory()) path = join(path, 'index.html');
    return { path, content: await readFile(path) };
  } catch {
    return null;
  }
}

/** @param {string} path @param {Inline} inline */
function asResponse(path, inline) {
  const given = typeof inline === 'string' || Buffer.isBuffer(inline) ? { body: inline } : inline;
  const type = given.type ?? typeOf(path);
  return {
    status: given.status ?? 200,
    headers: {
      'content-type': type,
      // Pages that must not be stored do not go into the back/forward cache of Firefox.
      'cache-control': type.startsWith('text/html') ? 'no-cache' : 'no-store',
      'service-worker-allowed': '/',
      ...given.headers,
    },
    body: Buffer.from(given.body),
  };
}
