/** Serves the app, the built polyfill, the library, and the switchboard of the network. Loopback only. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import send from 'send';

const LONGEST_CUT = 600_000;
const LONGEST_COMMAND = 1_000;

/**
 * @typedef {object} AppOptions
 * @property {string} www
 * @property {string} dist
 * @property {import('./media.mjs').Library} library
 * @property {import('./link.mjs').Link} link
 * @property {import('./gate.mjs').Gate} gate
 * @property {string} mediaUrl
 * @property {string} serverName
 * @property {number} port 0 picks one
 */

/** @param {AppOptions} options */
export async function startAppServer(options) {
  /** Which version of the app's worker is served: a new one takes the place of the one that runs. */
  const worker = { version: 1 };
  const server = createServer((request, response) => {
    answer(request, response, options, worker).catch((error) => {
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
 * @param {AppOptions} options @param {{version: number}} worker
 */
async function answer(request, response, options, worker) {
  const { www, dist, library, gate, mediaUrl } = options;
  const { pathname } = new URL(request.url ?? '/', 'http://app');
  response.setHeader('Content-Security-Policy', policy(mediaUrl));
  switch (pathname) {
    case '/library.json':
      return json(response, { ...library, media: `${mediaUrl}/` });
    case '/network':
      if (request.method === 'POST') await command(request, options);
      return json(response, stateOf(options));
    case '/pass':
      return json(response, gate.issuePass());
    case '/inbox':
      return json(response, gate.letters);
    case '/new-worker':
      await body(request);
      worker.version++;
      return json(response, worker.version);
    case '/sw.js': {
      const script = await readFile(join(www, 'sw.js'), 'utf8');
      response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' });
      return response.end(`${script}\n// Version ${worker.version}.\n`);
    }
  }
  // The browser asks each time and is told when nothing has changed.
  response.setHeader('Cache-Control', 'no-cache');
  const isDist = pathname.startsWith('/dist/');
  const path = isDist ? pathname.slice('/dist'.length) : pathname;
  send(request, path, { cacheControl: false, root: isDist ? dist : www })
    .on('error', (error) => response.writeHead(error.status ?? 500, { 'Content-Type': 'text/plain' }).end('not found'))
    .pipe(response);
}

/** What the switchboard shows. @param {AppOptions} options */
function stateOf({ link, gate, serverName }) {
  const { rate, ratePerConnection, isCut, bytesSent } = link;
  const { isFaulty, wantsPass } = gate;
  return { server: serverName, rate, ratePerConnection, isCut, isFaulty, wantsPass, bytesSent };
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

/** @param {import('node:http').IncomingMessage} request @param {AppOptions} options */
async function command(request, { link, gate }) {
  const { rate, ratePerConnection, cutFor, isFaulty, wantsPass } = parse(await body(request));
  if (Number.isFinite(rate) && rate >= 0) link.rate = rate;
  if (Number.isFinite(ratePerConnection) && ratePerConnection >= 0) link.ratePerConnection = ratePerConnection;
  if (cutFor > 0) await link.cut(Math.min(cutFor, LONGEST_CUT));
  if (cutFor === 0) await link.restore();
  if (typeof isFaulty === 'boolean') gate.isFaulty = isFaulty;
  if (typeof wantsPass === 'boolean') gate.wantsPass = wantsPass;
}

/** Of a command. @param {import('node:http').IncomingMessage} request */
async function body(request) {
  // Any page of the web can post to loopback, but not as JSON without asking first.
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json')
    throw refusal('POST with application/json, please');
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LONGEST_COMMAND) throw refusal('too long');
  }
  return text;
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
