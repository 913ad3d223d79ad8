/** nginx, as a distribution has it, but for the paths. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { capture, PlainError } from '../../scripts/lib/run.mjs';
import { onHarnessExit } from '../harness/process.mjs';
import { CORS, EXPOSED, LIMIT, urlOf } from './served.mjs';

const START_TIMEOUT = 10_000;
/** From this version on HTTP/2 is no word of `listen` any more. */
const HTTP2_DIRECTIVE = [1, 25, 1];

/** So long after a response broke off it may take to notice and write it down. */
const LOG_MS = 150;
/** Of files, by whether they are limited and whether their headers are hidden. */
const PREFIXES = [
  { prefix: '/files/', limited: false, hidden: false },
  { prefix: '/limited/', limited: true, hidden: false },
  { prefix: '/hidden/', limited: false, hidden: true },
  { prefix: '/hidden-limited/', limited: true, hidden: true },
];

/**
 * @param {string} binary @param {Record<string, string>} roots
 * @param {{folder: string, media: import('./files.mjs').Media, protocol: 'h1' | 'h2'}} options
 * @returns {Promise<import('./served.mjs').Server>}
 */
export async function startNginx(binary, roots, { folder, media, protocol }) {
  const version = capture('sh', ['-c', `"${binary}" -v 2>&1`])?.match(/nginx\/([\d.]+)/)?.[1] ?? '0';
  const [port, otherPort] = [await freePort(), await freePort()];
  const listen =
    protocol === 'h2'
      ? await secureListen([port, otherPort], version)
      : [port, otherPort].map((each) => `listen 127.0.0.1:${each};`);
  writeFileSync(join(folder, 'nginx.conf'), configuration(roots, media.folder, listen));
  const child = spawn(binary, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const forget = onHarnessExit(() => void child.kill('SIGTERM'));
  await untilListening(port, child);
  return {
    name: `nginx ${version}, ${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1, sendfile'}`,
    url: urlOf(protocol, port),
    async urls({ count, size, limited = false, hidden = false, other }, key) {
      const { prefix } = PREFIXES.find((each) => each.limited === limited && each.hidden === hidden);
      const base = `${urlOf(protocol, other ? otherPort : port)}${prefix}${await media.name(size)}?key=${key}`;
      return Array.from({ length: count }, (_, at) => `${base}&n=${at}`);
    },
    async sent(key) {
      await sleep(LOG_MS);
      return countLog(readFileSync(join(folder, 'access.log'), 'utf8'), key);
    },
    async close() {
      forget();
      const exited = child.exitCode === null && once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** @param {string} log lines of a URL and bytes @param {string} key */
export function countLog(log, key) {
  const own = log
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([url]) => url && new URL(url, 'http://bench').searchParams.get('key') === key);
  return { requests: own.length, bytes: own.reduce((sum, [, bytes]) => sum + Number(bytes), 0) };
}

/** @param {number[]} ports @param {string} version */
async function secureListen(ports, version) {
  const { file } = await ensureCertificate();
  const parts = version.split('.').map(Number);
  const different = HTTP2_DIRECTIVE.findIndex((part, index) => part !== parts[index]);
  const hasDirective = different < 0 || parts[different] > HTTP2_DIRECTIVE[different];
  return [
    ...ports.map((port) => `listen 127.0.0.1:${port} ssl${hasDirective ? '' : ' http2'};`),
    ...(hasDirective ? ['http2 on;'] : []),
    `ssl_certificate "${file}";`,
    `ssl_certificate_key "${file}";`,
  ];
}

/** @param {Record<string, string>} roots @param {string} media @param {string[]} listen */
export function configuration(roots, media, listen) {
  const locations = [
    ...Object.entries(roots).map(([prefix, folder]) => `location ${prefix} { alias "${folder}/"; }`),
    ...PREFIXES.map(({ prefix, limited, hidden }) => {
      const headers = Object.entries({ ...CORS, ...(!hidden && EXPOSED) });
      const lines = headers.map(([name, value]) => ` add_header ${name} "${value}";`).join('');
      return `location ${prefix} { alias "${media}/";${limited ? ` limit_rate ${LIMIT};` : ''}${lines} }`;
    }),
  ];
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
    ${listen.join('\n    ')}
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
    const isOpen = await Promise.race([once(probe, 'connect'), once(probe, 'error')]).then(
      () => probe.readyState === 'open',
      () => false,
    );
    probe.destroy();
    if (isOpen) return;
  }
  child.kill('SIGTERM');
  throw new PlainError('nginx did not start; its own words are above.');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}
