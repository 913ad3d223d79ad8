/** The processes in which WebKitGTK runs service workers; see openWindow() in webkit.mjs. */
import { readdirSync, readFileSync } from 'node:fs';
import { descendants, isAlive, until } from './process.mjs';

/** What Linux keeps, 15 characters, of the name "WebCore: ServiceWorker". */
const WORKER_THREAD = ': ServiceWorker';
const WEB_PROCESS = 'WebKitWebProces';
/** How long the browser may take to notice; a message sent before that is lost with the worker. */
const NOTICE_MS = 1500;

/**
 * Kills every process below `root` that runs service workers.
 * @param {number} root @returns {Promise<number>} how many
 */
export async function killWorkerProcesses(root) {
  const before = webProcesses(root);
  const doomed = before.filter(runsServiceWorkers);
  for (const pid of doomed) process.kill(pid, 'SIGKILL');
  await until(() => !doomed.some(isAlive), { what: 'worker processes ending' });
  // While there are pages that could need it, the browser starts the next process at once.
  const noticed = () => webProcesses(root).some((pid) => !before.includes(pid));
  if (doomed.length) await until(noticed, { timeout: NOTICE_MS, what: 'a new worker process' }).catch(() => {});
  return doomed.length;
}

/** @param {number} root */
const webProcesses = (root) =>
  descendants(root)
    .filter(({ name }) => name === WEB_PROCESS)
    .map(({ pid }) => pid);

/** @param {number} pid */
function runsServiceWorkers(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).some(
      (task) => readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim() === WORKER_THREAD.trim(),
    );
  } catch {
    return false; // the process or a thread ended meanwhile
  }
}
