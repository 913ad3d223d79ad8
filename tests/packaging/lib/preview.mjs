/** Vite's own server of a built app, at the end of a line of some speed that can be cut. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packagingDir } from '../../../scripts/lib/node-packages.mjs';
import { onHarnessExit, until } from '../../harness/process.mjs';
import { Listener } from '../../server/listener.mjs';
import { Pace } from '../../server/throttle.mjs';
import { freePort } from './ports.mjs';

/** ms until it answers, on a machine that builds something else meanwhile. */
const PATIENCE = 60_000;

/** @param {string} app its folder @param {number} rate bytes a second @returns {Promise<import('./serve.mjs').Served>} */
export async function startPreview(app, rate) {
  const port = await freePort('127.0.0.1');
  const vite = join(packagingDir, 'node_modules', '.bin', 'vite');
  const args = ['preview', '--host', '127.0.0.1', '--port', `${port}`, '--strictPort'];
  const child = spawn(vite, args, { cwd: app, stdio: ['ignore', 'ignore', 'inherit'] });
  const forget = onHarnessExit(() => void child.kill('SIGTERM'));
  await until(() => isListening(port), { timeout: PATIENCE, what: 'vite preview listening' });

  const pace = new Pace(rate);
  const line = new Listener(createServer((client) => void pass(client, connect(port, '127.0.0.1'), pace)));
  const bound = await line.start(0);
  return {
    app: `http://localhost:${bound}/`,
    files: `http://localhost:${bound}`,
    setOffline: async (offline) => void (await (offline ? line.stop() : line.start(bound))),
    async close() {
      await line.stop();
      forget();
      const exited = child.exitCode === null && once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** @param {import('node:net').Socket} client @param {import('node:net').Socket} server @param {Pace} pace */
function pass(client, server, pace) {
  async function* slowly(/** @type {AsyncIterable<Buffer>} */ chunks) {
    for await (const chunk of chunks) {
      await pace.take(chunk.length);
      yield chunk;
    }
  }
  // What breaks on one side breaks on the other: no error of ours.
  return Promise.allSettled([pipeline(client, server), pipeline(server, slowly, client)]);
}

/** @param {number} port */
async function isListening(port) {
  const probe = connect(port, '127.0.0.1');
  const found = await Promise.race([
    once(probe, 'connect').then(() => true),
    once(probe, 'error').then(() => false),
  ]).catch(() => false);
  probe.destroy();
  return found;
}
