/** What stands in the way of background fetches, and what to do about it. */
import { canWork } from '../platform.ts';
import { ask } from './ask.ts';
import { managerOf, nativeManagerOf } from './manager.ts';

export interface Problem {
  /** For programs. */
  code:
    | 'cannot-work'
    | 'no-worker'
    | 'deaf-worker'
    | 'older-worker'
    | 'waiting-version'
    | 'wasm-refused'
    | 'little-room'
    | 'not-persistent';
  /** For people: what is so, and what to do. */
  problem: string;
  remedy: string;
}

/** More of the quota than this is nearly all. */
const FULL = 0.9;

/** Takes note of a problem. */
type Note = (code: Problem['code'], problem: string, remedy: string) => void;

/** All that is found; nothing is, as a rule. Takes some seconds where the worker does not answer. */
export async function diagnose(registration: ServiceWorkerRegistration): Promise<Problem[]> {
  const problems: Problem[] = [];
  const note: Note = (code, problem, remedy) => problems.push({ code, problem, remedy });
  if (canWork()) {
    await lookAtWorker(registration, note);
    await lookAtStorage(note);
  } else {
    const remedy = 'Use HTTPS. Private windows and in-app browsers may lack them: let the app download by itself.';
    note('cannot-work', 'Service workers, IndexedDB, Cache Storage or WebAssembly are missing here.', remedy);
  }
  return problems;
}

async function lookAtWorker(registration: ServiceWorkerRegistration, note: Note): Promise<void> {
  const { active, waiting } = registration;
  if (!active) {
    const remedy = 'Register one, and wait for navigator.serviceWorker.ready.';
    return note('no-worker', 'There is no active service worker.', remedy);
  }
  if (waiting) {
    const problem = 'A newer service worker waits for all pages to be closed.';
    note('waiting-version', problem, 'Call skipWaiting() in it when the user agrees.');
  }
  // The browser's own needs no more.
  if (!managerOf(registration) || nativeManagerOf(registration)) return;
  // With nothing to do it starts no engine, and does not learn whether it may.
  const asked = ask(registration, 'status', '').then(() => requireWasm(active.scriptURL));
  await asked.catch(({ name, message }: DOMException) => {
    const worker = `The service worker ${active.scriptURL}`;
    if (name === 'NotSupportedError') {
      const problem = `${worker} has an older version of background-fetch-polyfill.`;
      note('older-worker', problem, 'Build page and worker from the same version.');
    } else if (message.includes('WebAssembly')) {
      note('wasm-refused', message, "Add 'wasm-unsafe-eval' to script-src of its script's response.");
    } else {
      const remedy = "Let import 'background-fetch-polyfill/sw' be its first line.";
      note('deaf-worker', `${worker} does not answer: ${message}`, remedy);
    }
  });
}

/** Rejects if a policy with which a worker's script comes refuses it: https://www.w3.org/TR/CSP3/#wasm-integration */
async function requireWasm(script: string): Promise<void> {
  const { ok, headers } = await fetch(script).catch(() => Response.error());
  // What stands in the place of a script that is gone has a policy of its own.
  if (!ok || !headers.get('Content-Type')?.includes('script')) return;
  for (const policy of headers.get('Content-Security-Policy')?.split(',') ?? []) {
    const [sources] =
      /(^|;)\s*script-src(?![-\w])[^;]*/i.exec(policy) ?? /(^|;)\s*default-src[^;]*/i.exec(policy) ?? [];
    if (sources && !/'(wasm-)?unsafe-eval'/i.test(sources)) {
      throw new TypeError(`WebAssembly is refused by the Content-Security-Policy of ${script}.`);
    }
  }
}

async function lookAtStorage(note: Note): Promise<void> {
  // Missing in some browsers.
  const storage = navigator.storage as Partial<StorageManager> | undefined;
  const { quota = 0, usage = 0 } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
  if (usage > quota * FULL) {
    const problem = `${usage} of ${quota} bytes for this site are used.`;
    note('little-room', problem, 'Let the user choose what to delete.');
  }
  if ((await storage?.persisted?.().catch(() => true)) === false) {
    const problem = 'The browser may delete what is stored.';
    note('not-persistent', problem, 'Call navigator.storage.persist(), best at a click.');
  }
}
