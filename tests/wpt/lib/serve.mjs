/** The server that a checkout brings along, on ports of loopback that nobody else has. */
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { ProcessGroup, sleep, TempDir } from '../../harness/process.mjs';

const SERVE = join(import.meta.dirname, 'serve.py');
const START_TIMEOUT = 60_000;
/** Servers that no test of Background Fetch asks. Their names changed over time; unknown ones are ignored. */
const UNUSED = [
  'http-local',
  'http-private',
  'http-public',
  'https-local',
  'https-private',
  'https-public',
  'webtransport-h3',
];

/** @typedef {{http: number[], https: number[]}} Ports */

/** @param {string} root of the checkout @param {string} python @returns {Promise<{ports: Ports, close: () => Promise<void>}>} */
export async function startServer(root, python) {
  const [http, http2, https, https2, ws, wss] = await freePorts(6);
  const ports = { http: [http, http2], https: [https, https2] };
  const folder = new TempDir();
  const config = join(folder.path, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      // The names of its hosts are resolved by our proxy, and by nobody else.
      server_host: '127.0.0.1',
      check_subdomains: false,
      ports: { ...ports, ws: [ws], wss: [wss], ...Object.fromEntries(UNUSED.map((name) => [name, [null]])) },
    }),
  );
  const group = new ProcessGroup(python, [SERVE, root, '--config', config, '--no-h2'], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  });
  const close = async () => {
    await group.kill();
    folder.remove();
  };
  try {
    await listening(group, [...ports.http, ...ports.https]);
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param {ProcessGroup} group @param {number[]} ports */
async function listening(group, ports) {
  const deadline = Date.now() + START_TIMEOUT;
  for (const port of ports) {
    while (!(await accepts(port))) {
      if (group.child.exitCode !== null || !group.pid)
        throw new Error(`the server of the checkout ended:\n${group.recentOutput}`);
      if (Date.now() > deadline) throw new Error(`the server of the checkout does not answer:\n${group.recentOutput}`);
      await sleep(100);
    }
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const probes = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const probe = createServer().once('error', reject);
          probe.listen(0, '127.0.0.1', () => resolve(probe));
        }),
    ),
  );
  // All are open at a time, so that no port comes twice.
  return Promise.all(
    probes.map(
      (probe) =>
        new Promise((resolve) => {
          const { port } = probe.address();
          probe.close(() => resolve(port));
        }),
    ),
  );
}
