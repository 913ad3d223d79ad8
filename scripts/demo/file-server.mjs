/** A real file server for the media: nginx where it is installed, else Node with `send`. Loopback only. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import send from 'send';

import { PlainError, which } from '../lib/run.mjs';
import { TYPES } from './media.mjs';

const START_TIMEOUT = 10_000;

/**
 * What a CDN has to send along so that a page of another origin may read the validators: without them
 * nobody could resume safely.
 */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Last-Modified, Content-Range, Accept-Ranges, Content-Length, Date',
  'Timing-Allow-Origin': '*',
};

/**
 * @typedef {object} FileServer
 * @property {string} name
 * @property {import('node:net').NetConnectOpts} address
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} folder @param {Map<string, string>} etags path → what identifies its content
 * @param {'auto' | 'node'} kind
 * @returns {Promise<FileServer>}
 */
export async function startFileServer(folder, etags, kind) {
  const nginx = kind === 'auto' && (which('nginx') ?? which('nginx', '/usr/sbin:/usr/local/sbin'));
  return nginx ? startNginx(nginx, folder) : startSend(folder, etags);
}

/** @param {string} binary @param {string} folder @returns {Promise<FileServer>} */
async function startNginx(binary, folder) {
  const prefix = mkdtempSync(join(tmpdir(), 'bgf-demo-nginx-'));
  const socket = join(prefix, 'socket');
  writeFileSync(join(prefix, 'nginx.conf'), nginxConfig(folder, socket));
  const child = spawn(binary, ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Without this an error of ours would leave it running.
  const removePrefix = () => rmSync(prefix, { recursive: true, force: true });
  const end = () => {
    child.kill('SIGTERM');
    removePrefix();
  };
  process.once('exit', end);
  try {
    await untilListening(socket, child);
  } catch (error) {
    end();
    throw error;
  }
  return {
    name: versionOf(binary),
    address: { path: socket },
    async close() {
      process.off('exit', end);
      // Ctrl+C in a terminal reaches it as well: it may have ended before us.
      const exited = child.exitCode !== null || child.signalCode !== null ? null : once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      removePrefix();
    },
  };
}

/** It tells its version on standard error. @param {string} binary */
function versionOf(binary) {
  const { stderr } = spawnSync(binary, ['-v'], { encoding: 'utf8', timeout: 5_000 });
  return /nginx\/[\d.]+/.exec(stderr)?.[0].replace('/', ' ') ?? 'nginx';
}

/** @param {string} folder @param {string} socket */
function nginxConfig(folder, socket) {
  const types = Object.entries(TYPES)
    .map(([extension, type]) => `${type} ${extension.slice(1)};`)
    .join(' ');
  const headers = Object.entries(CORS)
    .map(([name, value]) => `add_header ${name} "${value}" always;`)
    .join('\n    ');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${name};`)
    .join(' ');
  return `
# As root, nginx would drop to a user that may not be allowed to read the folder.
${process.getuid?.() === 0 ? `user ${userInfo().username};` : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  ${temporary}
  types { ${types} }
  server {
    listen unix:${socket};
    root "${folder}";
    ${headers}
  }
}
`;
}

/** @param {string} socket @param {import('node:child_process').ChildProcess} child */
async function untilListening(socket, child) {
  for (const deadline = Date.now() + START_TIMEOUT; Date.now() < deadline; await sleep(20)) {
    if (child.exitCode !== null) break;
    const probe = connect(socket);
    const open = await Promise.race([
      once(probe, 'connect').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false);
    probe.destroy();
    if (open) return;
  }
  throw new PlainError('nginx did not start; its own words are above.');
}

/** @param {string} folder @param {Map<string, string>} etags @returns {Promise<FileServer>} */
async function startSend(folder, etags) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://media').pathname);
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    const etag = etags.get(path.slice(1));
    // `send` makes weak ones of its own, which nobody may resume by.
    if (etag) response.setHeader('ETag', `"${etag}"`);
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(path))];
    if (type) response.setHeader('Content-Type', type);
    send(request, path, { root: folder, cacheControl: false, index: false })
      .on('error', (error) => response.writeHead(error.status ?? 500, { 'Content-Type': 'text/plain' }).end())
      .pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    name: `Node.js ${process.versions.node} with send`,
    address: { port, host: '127.0.0.1' },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
