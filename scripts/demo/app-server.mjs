/** Serves the app, the built polyfill, the library, and the switch of the link. Loopback only. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import send from 'send';

const LONGEST_CUT = 60_000;
const LONGEST_COMMAND = 1_000;

/**
 * @typedef {object} AppOptions
 * @property {string} www
 * @property {string} dist
 * @property {import('./media.mjs').Library} library
 * @property {import('./link.mjs').Link} link
 * @property {string} mediaUrl
 * @property {string} serverName
 * @property {number} port 0 picks one
 */

/** @param {AppOptions} options */
export async function startAppServer(options) {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error) => {
      if (!response.headersSent) response.writeHead(error.status ?? 500, { 'Content-Type': 'text/plain' });
      response.end(error.message);
    });
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
 * @param {AppOptions} options
 */
async function answer(request, response, { www, dist, library, link, mediaUrl, serverName }) {
  const { pathname } = new URL(request.url ?? '/', 'http://app');
  response.setHeader('Content-Security-Policy', policy(mediaUrl));
  if (pathname === '/library.json') return json(response, { ...library, media: `${mediaUrl}/` });
  if (pathname === '/link') {
    if (request.method === 'POST') await command(request, link);
    return json(response, { server: serverName, rate: link.rate, isCut: link.isCut, bytesSent: link.bytesSent });
  }
  // The browser asks each time and is told when nothing has changed.
  const options = { cacheControl: false };
  response.setHeader('Cache-Control', 'no-cache');
  const isDist = pathname.startsWith('/dist/');
  send(request, isDist ? pathname.slice('/dist'.length) : pathname, { ...options, root: isDist ? dist : www })
    .on('error', (error) => response.writeHead(error.status ?? 500, { 'Content-Type': 'text/plain' }).end('not found'))
    .pipe(response);
}

/**
 * As strict as an app that uses the polyfill can have it: its own scripts, WebAssembly, and the media
 * server. It holds for the worker too.
 * @param {string} mediaUrl
 */
function policy(mediaUrl) {
  return [
    `default-src 'self'`,
    `script-src 'self' 'wasm-unsafe-eval'`,
    `connect-src 'self' ${mediaUrl}`,
    `media-src 'self' blob: ${mediaUrl}`,
    `img-src 'self' blob: ${mediaUrl}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** @param {import('node:http').ServerResponse} response @param {unknown} value */
function json(response, value) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** @param {import('node:http').IncomingMessage} request @param {import('./link.mjs').Link} link */
async function command(request, link) {
  // Any page of the web can post to loopback, but not as JSON without asking first.
  if (request.headers['content-type'] !== 'application/json') throw refusal('application/json, please');
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LONGEST_COMMAND) throw refusal('too long');
  }
  const { rate, cutFor } = parse(text);
  if (Number.isFinite(rate) && rate >= 0) link.rate = rate;
  if (cutFor > 0) await link.cut(Math.min(cutFor, LONGEST_CUT));
  if (cutFor === 0) await link.restore();
}

/** @param {string} text */
function parse(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw refusal('not JSON');
  }
}

const refusal = (/** @type {string} */ message) => Object.assign(new Error(message), { status: 400 });
