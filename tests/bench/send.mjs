/** Node.js with `send`: where there is no nginx. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import send from 'send';

import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { CORS, LOG_MS, runOf, urlOf } from './served.mjs';

/** @param {Record<string, string>} roots @param {'h1' | 'h2'} protocol @returns {Promise<import('./served.mjs').Server>} */
export async function startSend(roots, protocol) {
  /** By run. @type {Map<string | null, {requests: number, bytes: number}>} */
  const counts = new Map();
  const prefixes = Object.keys(roots).sort((a, b) => b.length - a.length);
  const answer = (/** @type {any} */ request, /** @type {any} */ response) => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    const { pathname } = new URL(request.url, 'http://bench');
    const prefix = prefixes.find((each) => pathname.startsWith(each)) ?? '/';
    const run = runOf(request.url);
    const count = counts.get(run) ?? { requests: 0, bytes: 0 };
    counts.set(run, count);
    count.requests++;
    countBytes(response, (bytes) => (count.bytes += bytes));
    // Its own entity tags are weak, and nobody may split by those.
    send(request, pathname.slice(prefix.length), { root: roots[prefix], etag: false, cacheControl: false })
      .on('headers', (head, _, { size, mtimeMs }) =>
        head.setHeader('ETag', `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`),
      )
      .on('error', (error) => response.writeHead(error.status ?? 500).end())
      .pipe(response);
  };
  const servers = [await listening(protocol, answer), await listening(protocol, answer)];
  const [url, otherUrl] = servers.map(({ port }) => urlOf(protocol, port));
  return {
    name: `Node.js ${process.versions.node} with send, ${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'}`,
    url,
    otherUrl,
    async sent(run) {
      await sleep(LOG_MS);
      return counts.get(String(run)) ?? { requests: 0, bytes: 0 };
    },
    async close() {
      for (const { close } of servers) close();
    },
  };
}

/**
 * A piece counts when the kernel has all of it.
 * @param {import('node:http').ServerResponse} response @param {(bytes: number) => void} count
 */
function countBytes(response, count) {
  const write = response.write.bind(response);
  response.write = (/** @type {any} */ chunk) =>
    write(chunk, (/** @type {unknown} */ error) => {
      if (!error) count(chunk.length);
    });
}

/** @param {'h1' | 'h2'} protocol @param {import('node:http').RequestListener} answer */
async function listening(protocol, answer) {
  const { key, chain } = await ensureCertificate();
  const server =
    protocol === 'h2'
      ? createSecureServer({ key, cert: chain, allowHTTP1: false }, /** @type {any} */ (answer))
      : createServer(answer);
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
