/** A real file server for the benchmark, which counts what it sends: nginx where installed, else `send`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import send from 'send';

import { PlainError, capture, which } from '../../scripts/lib/run.mjs';

const START_TIMEOUT = 10_000;
/** What a server of media has to send along so that an app of another origin may resume and split. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Last-Modified, Content-Range, Accept-Ranges, Content-Length, Date',
};
/** So long after a response broke off the server may take to notice and write it down. */
const LOG_MS = 150;

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {string} url
 * @property {string} otherUrl the same, as another origin
 * @property {(run: number) => Promise<{requests: number, bytes: number}>} sent of the URLs with this `run=`
 * @property {() => Promise<void>} close
 */

/**
 * @param {Record<string, string>} roots URL prefix → folder
 * @param {string} folder a temporary one, for the server's own files
 * @param {'auto' | 'node'} kind
 * @returns {Promise<Server>}
 */
export async function startServer(roots, folder, kind) {
  const nginx = kind === 'auto' && (which('nginx') ?? which('nginx', '/usr/sbin:/usr/local/sbin'));
  return nginx ? startNginx(nginx, roots, folder) : startSend(roots);
}

const runOf = (/** @type {string} */ url) => new URL(url, 'http://bench').searchParams.get('run');

/** @param {string} binary @param {Record<string, string>} roots @param {string} folder @returns {Promise<Server>} */
async function startNginx(binary, roots, folder) {
  const [port, otherPort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'nginx.conf'), nginxConfig(roots, [port, otherPort]));
  const child = spawn(binary, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = () => void child.kill('SIGTERM');
  process.once('exit', end);
  await untilListening(port, child);
  return {
    name: `${capture('sh', ['-c', `"${binary}" -v 2>&1`])?.match(/nginx\/[\d.]+/)?.[0].replace('/', ' ')}, sendfile`,
    url: `http://localhost:${port}`,
    otherUrl: `http://localhost:${otherPort}`,
    async sent(run) {
      await sleep(LOG_MS);
      const lines = readFileSync(join(folder, 'access.log'), 'utf8').trim().split('\n').map((line) => line.split(' '));
      const own = lines.filter(([uri]) => runOf(uri) === String(run));
      return { requests: own.length, bytes: own.reduce((sum, [, bytes]) => sum + Number(bytes), 0) };
    },
    async close() {
      process.off('exit', end);
      const exited = child.exitCode === null && once(child, 'exit');
      end();
      await exited;
    },
  };
}

/** The defaults of a distribution, but for the paths. @param {Record<string, string>} roots @param {number[]} ports */
function nginxConfig(roots, ports) {
  const listen = ports.map((port) => `listen 127.0.0.1:${port};`);
  const headers = Object.entries(CORS).map(([name, value]) => `add_header ${name} "${value}";`);
  const locations = Object.entries(roots).map(([prefix, folder]) => `location ${prefix} { alias "${folder}/"; }`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  return `
# As root, nginx would drop to a user that may not be allowed to read the folders.
${process.getuid?.() === 0 ? `user ${userInfo().username};` : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 256; }
http {
  log_format sent '$request_uri $body_bytes_sent';
  access_log access.log sent;
  sendfile on;
  tcp_nopush on;
  ${temporary.join(' ')}
  types { text/html html; text/javascript js mjs; application/wasm wasm; application/octet-stream bin; }
  server {
    ${listen.join(' ')}
    ${headers.join('\n    ')}
    ${locations.join('\n    ')}
  }
}
`;
}

/** @param {number} port @param {import('node:child_process').ChildProcess} child */
async function untilListening(port, child) {
  for (const deadline = Date.now() + START_TIMEOUT; Date.now() < deadline; await sleep(20)) {
    if (child.exitCode !== null) break;
    const probe = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([once(probe, 'connect'), once(probe, 'error')]).then(() => probe.readyState === 'open', () => false);
    probe.destroy();
    if (isOpen) return;
  }
  child.kill('SIGTERM');
  throw new PlainError('nginx did not start; its own words are above.');
}

async function freePort() {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {Record<string, string>} roots @returns {Promise<Server>} */
async function startSend(roots) {
  /** By run. @type {Map<string | null, {requests: number, bytes: number}>} */
  const counts = new Map();
  const prefixes = Object.keys(roots).sort((a, b) => b.length - a.length);
  /** @type {import('node:http').RequestListener} */
  const answer = (request, response) => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    const { url = '/' } = request;
    const { pathname } = new URL(url, 'http://bench');
    const run = runOf(url);
    const prefix = prefixes.find((each) => pathname.startsWith(each)) ?? '/';
    const { socket } = request;
    const before = socket.bytesWritten;
    // The heads are among these bytes: some hundreds.
    response.on('close', () => {
      const { requests, bytes } = counts.get(run) ?? { requests: 0, bytes: 0 };
      counts.set(run, { requests: requests + 1, bytes: bytes + socket.bytesWritten - before });
    });
    // Its own entity tags are weak, and nobody may split by those.
    send(request, pathname.slice(prefix.length), { root: roots[prefix], etag: false, cacheControl: false })
      .on('headers', (head, path, { size, mtimeMs }) => head.setHeader('ETag', `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`))
      .on('error', (error) => response.writeHead(error.status ?? 500).end())
      .pipe(response);
  };
  const servers = [createServer(answer), createServer(answer)];
  const urls = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    urls.push(`http://localhost:${port}`);
  }
  return {
    name: `Node.js ${process.versions.node} with send`,
    url: urls[0],
    otherUrl: urls[1],
    async sent(run) {
      await sleep(LOG_MS);
      return counts.get(String(run)) ?? { requests: 0, bytes: 0 };
    },
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
