/**
 * Processes and folders of the drivers, and the promise that none outlives the harness: everything
 * made here is ended by `close`, or at the latest when Node exits, crashes or is interrupted.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Set<() => void>} synchronous, as an exit handler has to be */
const leftovers = new Set();
let watching = false;

/** @param {() => void} cleanUp @returns {() => void} to call it off */
export function onHarnessExit(cleanUp) {
  leftovers.add(cleanUp);
  if (!watching) {
    watching = true;
    process.on('exit', cleanUpAll);
    // Without a listener these end the process with no 'exit' event. Ours must not keep it alive.
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.once(signal, () => process.exit(1));
    }
  }
  return () => leftovers.delete(cleanUp);
}

/** The last first: processes end before the folders go that they were given, and write to. */
function cleanUpAll() {
  for (const cleanUp of [...leftovers].reverse()) {
    try {
      cleanUp();
    } catch (error) {
      console.error(`not cleaned up: ${error}`);
    }
  }
}

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Polls until `probe` gives something truthy.
 * @template T @param {() => T | Promise<T>} probe
 * @param {{timeout?: number, every?: number, what?: string}} [options]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(probe, { timeout = 10_000, every = 25, what = String(probe) } = {}) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await sleep(every);
  }
}

/**
 * @template T @param {Promise<T>} promise @param {number} ms @param {string} what
 * @returns {Promise<T>}
 */
export function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A folder that is removed in the end. */
export class TempDir {
  #cancel;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'bgf-harness-'));
    this.#cancel = onHarnessExit(() => this.#remove());
  }

  remove() {
    this.#cancel();
    this.#remove();
  }

  #remove() {
    // A killed browser's last child may still be writing: try again rather than leave it behind.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** A program with its children, in a process group of its own. */
export class ProcessGroup {
  #cancel;
  /** @type {string[]} */
  #recent = [];

  /**
   * @param {string} command @param {string[]} args
   * @param {{env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, stdio?: import('node:child_process').StdioOptions}} [options]
   */
  constructor(command, args, { env = process.env, onLine = () => {}, stdio = ['ignore', 'pipe', 'pipe'] } = {}) {
    this.child = spawn(command, args, { env, stdio, detached: true });
    this.pid = this.child.pid;
    this.exited = new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.once('error', resolve);
    });
    this.#cancel = onHarnessExit(() => this.signal('SIGKILL'));
    const take = (/** @type {string} */ line) => {
      this.#recent.push(line);
      if (this.#recent.length > 40) this.#recent.shift();
      onLine(line);
    };
    this.child.once('error', (error) => take(String(error)));
    for (const stream of [this.child.stdout, this.child.stderr]) if (stream) eachLine(stream, take);
  }

  /** What it printed last, for error messages. */
  get recentOutput() {
    return this.#recent.join('\n');
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    if (!this.pid) return;
    try {
      process.kill(-this.pid, name);
    } catch {
      // The group is gone.
    }
  }

  /** SIGKILLs the group and waits until the program itself is reaped. */
  async kill() {
    this.signal('SIGKILL');
    await this.exited;
    // The leader's death can orphan children that were being forked: sweep once more.
    this.signal('SIGKILL');
    this.#cancel();
  }
}

/** @param {NodeJS.ReadableStream} stream @param {(line: string) => void} onLine */
function eachLine(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('error', () => {});
}

/**
 * The first match of `pattern` in what a program prints from now on.
 * @param {string} command @param {string[]} args @param {RegExp} pattern
 * @param {{env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, timeout?: number}} [options]
 * @returns {Promise<{group: ProcessGroup, match: RegExpExecArray}>}
 */
export async function startAndAwait(command, args, pattern, { env, onLine = () => {}, timeout = 30_000 } = {}) {
  /** @type {(match: RegExpExecArray) => void} */
  let found = () => {};
  const seen = new Promise((resolve) => (found = resolve));
  const group = new ProcessGroup(command, args, {
    env,
    onLine(line) {
      onLine(line);
      const match = pattern.exec(line);
      if (match) found(match);
    },
  });
  const gone = group.exited.then(() => Promise.reject(new Error(`${command} ended:\n${group.recentOutput}`)));
  gone.catch(() => {});
  try {
    return { group, match: await within(Promise.race([seen, gone]), timeout, `${command} printing ${pattern}`) };
  } catch (error) {
    await group.kill();
    throw error;
  }
}

/**
 * The processes below `root`, from /proc.
 * @param {number} root @returns {{pid: number, parent: number, name: string, args: string[]}[]}
 */
export function descendants(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name is in parentheses and may hold anything; what follows the last one is regular.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').filter(Boolean);
        return [
          {
            pid: Number(name),
            parent: Number(parent),
            name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
            args,
          },
        ];
      } catch {
        return []; // ended while we were looking
      }
    });
  const family = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const each of all) {
      if (!family.has(each.pid) && family.has(each.parent)) grew = Boolean(family.add(each.pid));
    }
  }
  return all.filter((each) => each.pid !== root && family.has(each.pid));
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}
