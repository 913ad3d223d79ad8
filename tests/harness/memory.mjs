/** Memory of the processes in which browsers run service workers, as Linux counts it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { descendants } from './process.mjs';

/** "ServiceWorker thread" of Chromium, "WebCore: ServiceWorker" of WebKit, as far as Linux keeps them. */
const WORKER_THREAD = /ServiceWorker/;
/** "Isolated Service Worker" of Firefox, which has a process of its own for them. */
const WORKER_PROCESS = 'Isolated Servic';
const KIB = 1024;

/** The processes below `root` that run service workers; in Chromium they may run pages, too. @param {number} root */
export const workerProcesses = (root) =>
  descendants(root)
    .filter(({ pid, name }) => name === WORKER_PROCESS || hasWorkerThread(pid))
    .map(({ pid }) => pid);

/** Forgets the peak: it is counted from now on. @param {number} pid */
export function resetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Bytes of memory that a process has now, and had at most. @param {number} pid */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * KIB;
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Bytes of memory of all processes below `root`, what they share counted once. @param {number} root */
export const memoryBelow = (root) => descendants(root).reduce((sum, { pid }) => sum + proportionOf(pid), 0);

/** @param {number} pid */
function proportionOf(pid) {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * KIB;
  } catch {
    return 0; // it ended meanwhile, or is not ours
  }
}

/** @param {number} pid */
function hasWorkerThread(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).some((task) =>
      WORKER_THREAD.test(readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8')),
    );
  } catch {
    return false; // the process or a thread ended meanwhile
  }
}
