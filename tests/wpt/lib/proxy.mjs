/**
 * Stands between the browser and the server of the checkout, as the browser's HTTP proxy. It resolves
 * the hosts of WPT to loopback, so that none has to be in /etc/hosts, hands out the polyfill and our
 * reporter, and refuses everything else: no test reaches the network.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { extname, join } from 'node:path';
import { injection, PACKAGE } from './inject.mjs';

const HOSTS = /(^|\.)(not-)?web-platform\.test$/;
/** Must not be found, says WPT. */
const NO_HOST = /(^|\.)nonexistent\./;
/** Files of WPT that it asks each runner to replace. */
const REPLACED = ['testharnessreport.js', 'testdriver-vendor.js'];
const RESOURCES = join(import.meta.dirname, '../resources');
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
/** In front of all that the server sends. */
const UNCACHED = { 'cache-control': 'no-cache' };

/**
 * @param {object} options
 * @param {import('./serve.mjs').Ports} options.ports of the checkout's server
 * @param {{key?: Buffer, cert?: Buffer}} options.certificate for its hosts
 * @param {string | null} options.dist the built package; null: no polyfill
 * @returns {Promise<{address: string, close: () => Promise<void>}>}
 */
export async function startProxy({ ports, certificate, dist }) {
  const answer = (/** @type {http.IncomingMessage} */ request, /** @type {http.ServerResponse} */ response) => {
    const file = ownFile(new URL(request.url ?? '/', 'http://any').pathname, dist);
    if (file) send(response, file);
    else forward(request, response, { ports, injects: dist !== null });
  };
  const secure = https.createServer(certificate, answer);
  // What a browser breaks off while it greets is its own business.
  secure.on('tlsClientError', () => {});
  const proxy = http.createServer((request, response) => {
    const asked = request.url ?? '';
    const target = URL.canParse(asked) ? new URL(asked) : null;
    if (!target || !leadsTo(target.hostname, target.port, ports.http)) return void request.socket.destroy();
    request.url = target.pathname + target.search;
    answer(request, response);
  });
  /** @type {Set<import('node:stream').Duplex>} */
  const sockets = new Set();
  proxy.on('connection', (socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  proxy.on('connect', ({ url }, socket) => {
    socket.on('error', () => {});
    const [host, port] = (url ?? '').split(':');
    // As with a host that does not exist, no answer but the end.
    if (!leadsTo(host, port, ports.https)) return void socket.destroy();
    socket.write('HTTP/1.1 200 Connected\r\n\r\n');
    secure.emit('connection', socket);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  };
  return { address: `127.0.0.1:${port}`, close };
}

/** @param {string} host @param {string} port @param {number[]} ports */
const leadsTo = (host, port, ports) => HOSTS.test(host) && !NO_HOST.test(host) && ports.includes(Number(port));

/** @param {string} path @param {string | null} dist @returns {string | null} */
function ownFile(path, dist) {
  const replaced = REPLACED.find((name) => path === `/resources/${name}`);
  if (replaced) return join(RESOURCES, replaced);
  const [, name] = path.split(PACKAGE);
  return dist && path.startsWith(PACKAGE) && /^[\w.]+$/.test(name) ? join(dist, name) : null;
}

/** @param {http.ServerResponse} response @param {string} file */
function send(response, file) {
  try {
    const body = readFileSync(file);
    response.writeHead(200, {
      ...UNCACHED,
      'content-type': TYPES[extname(file)] ?? 'text/plain',
      'content-length': body.length,
    });
    response.end(body);
  } catch {
    response.writeHead(404, { 'content-length': 0 }).end();
  }
}

/**
 * @param {http.IncomingMessage} request @param {http.ServerResponse} response
 * @param {{ports: import('./serve.mjs').Ports, injects: boolean}} options
 */
function forward(request, response, { ports, injects }) {
  const port = Number(request.headers.host?.split(':')[1]);
  const { request: ask } = ports.https.includes(port) ? https : http;
  const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
  const upstream = ask(
    {
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.url,
      headers: withoutHopByHop(request.rawHeaders),
      rejectUnauthorized: false,
    },
    (answer) => {
      const change = injects ? injection(asked) : null;
      if (change && answer.statusCode === 200 && change.type.test(answer.headers['content-type'] ?? '')) {
        return void sendChanged(answer, response, change.put);
      }
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHopByHop(answer.rawHeaders));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

/** @param {http.IncomingMessage} answer @param {http.ServerResponse} response @param {(text: string) => string} put */
async function sendChanged(answer, response, put) {
  try {
    const chunks = [];
    for await (const chunk of answer) chunks.push(chunk);
    // Whatever the encoding is: what is put there has ASCII only.
    const body = Buffer.from(put(Buffer.concat(chunks).toString('latin1')), 'latin1');
    const kept = pairs(withoutHopByHop(answer.rawHeaders)).filter(([name]) => name.toLowerCase() !== 'content-length');
    response.writeHead(200, [...kept.flat(), 'content-length', String(body.length)]);
    response.end(body);
  } catch {
    response.destroy();
  }
}

/** @param {string[]} raw names and values in turn @returns {string[]} the same */
function withoutHopByHop(raw) {
  return pairs(raw)
    .filter(([name]) => !/^(connection|keep-alive|proxy-connection|transfer-encoding)$/i.test(name))
    .flat();
}

/** @param {string[]} raw */
const pairs = (raw) => Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]);
