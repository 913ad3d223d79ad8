// Starting other programs, and looking for them. Node built-ins only: this runs before `npm ci`.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { root } from './paths.mjs';

/** Something is missing or failed, and the message already says all that its reader needs. */
export class PlainError extends Error {}

/** Prints the sentence of a `PlainError`, and the stack of anything else. */
export function exitWith(error) {
  console.error(error instanceof PlainError ? `\nerror: ${error.message}` : error);
  process.exit(1);
}

/** The absolute path of the program `name` on `path`, or undefined. */
export function which(name, path = process.env.PATH ?? '') {
  return path
    .split(delimiter)
    .map((dir) => join(dir || '.', name))
    .find(isExecutable);
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What `command` prints, trimmed; undefined if it does not exist, fails, or takes too long. */
export function capture(command, args = [], { env, timeout = 20_000, cwd = root } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    timeout,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 << 20,
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Runs `command` with its output shown, and resolves with its exit code. Standard input is closed:
 * nothing here may wait for an answer.
 */
export function start(command, args = [], { env, cwd = root, timeout, onOutput } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', onOutput ? 'pipe' : 'inherit', onOutput ? 'pipe' : 'inherit'],
      timeout,
    });
    if (onOutput) {
      child.stdout.on('data', (data) => onOutput(data, process.stdout));
      child.stderr.on('data', (data) => onOutput(data, process.stderr));
    }
    child.on('error', (error) => {
      if (error.code === 'ENOENT') resolve(127);
      else reject(error);
    });
    child.on('exit', (_, signal) => {
      // Ended by force: what it had started may hold the pipes open, and nobody waits for that.
      if (signal) for (const pipe of [child.stdout, child.stderr]) pipe?.destroy();
    });
    child.on('close', (code, signal) => resolve(signal ? 128 : code));
  });
}

/** Runs `command` and throws if it fails; `failure` is the sentence to throw. */
export async function run(command, args = [], { failure, ...options } = {}) {
  const code = await start(command, args, options);
  if (code === 0) return;
  const line = [command, ...args].join(' ');
  throw new PlainError(failure ?? `\`${line}\` failed with exit code ${code}.`);
}

export const say = (message) => console.log(`setup: ${message}`);

/** An environment whose PATH begins with `dirs`. */
export function withPath(dirs, env = {}) {
  const path = [...dirs, env.PATH ?? process.env.PATH].filter(Boolean);
  return { ...env, PATH: path.join(delimiter) };
}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
