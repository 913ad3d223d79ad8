/** Puts an app together, and builds it with its own tool. */
import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagingDir } from '../../../scripts/lib/node-packages.mjs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { appsDir } from './pack.mjs';
import { assembleReadme } from './readme.mjs';

/** ms for one command: ten times what Next takes, which takes the most, on two cores that do nothing else. */
const PATIENCE = 10 * 60_000;

const ours = (/** @type {string} */ path) => fromRoot('tests', 'packaging', path);

/** What no app needs to be asked about. */
const env = { CI: '1', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', NODE_ENV: 'production' };

/**
 * @param {import('./setups.mjs').Setup} setup
 * @returns {Promise<string>} the folder that is to be served
 */
export async function build(setup) {
  const app = assemble(setup);
  for (const command of setup.build) await run(command, app);
  const served = join(app, setup.serve ?? '.');
  // A page that no tool has made.
  const [own, page] = [join(app, 'index.html'), join(served, 'index.html')];
  if (existsSync(own) && !existsSync(page)) copyFileSync(own, page);
  return served;
}

/** The app's folder. @param {import('./setups.mjs').Setup} setup */
function assemble({ name, from, worker, readme }) {
  const app = join(appsDir, name.replaceAll(/\W+/g, '-').toLowerCase());
  if (readme) {
    assembleReadme(app);
    return app;
  }
  for (const folder of from) {
    cpSync(folder.startsWith('examples/') ? fromRoot(folder) : ours(folder), app, { recursive: true });
  }
  for (const name of ['page.js', 'events.js']) copyFileSync(ours(`app/${name}`), join(app, name));
  appendFileSync(join(app, worker), readFileSync(ours('app/witness.js')));
  return app;
}

const programs = {
  node: [process.execPath],
  cli: [process.execPath, join(appsDir, 'node_modules', 'background-fetch-polyfill', 'cli', 'main.mjs')],
};

/** @param {string[]} command @param {string} app */
async function run([program, ...args], app) {
  const [file, ...before] = programs[program] ?? [join(packagingDir, 'node_modules', '.bin', program)];
  const child = spawn(file, [...before, ...args], {
    cwd: app,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${output}`);
}
