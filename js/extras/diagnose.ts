/** What stands in the way of background fetches, and what to do about it. */
import { storageLeft } from '../border/storage-left.ts';
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

/** All that is found; nothing is, as a rule. Takes some seconds where the worker does not answer. */
export async function diagnose(registration: ServiceWorkerRegistration): Promise<Problem[]> {
  if (!canWork()) {
    return [
      {
        code: 'cannot-work',
        problem: 'Service workers, IndexedDB, Cache Storage or WebAssembly are missing here.',
        remedy:
          'Serve the page over HTTPS. In private windows and in-app browsers it may be impossible: let the app download by itself.',
      },
    ];
  }
  return [...(await ofTheWorker(registration)), ...(await ofTheStorage())];
}

async function ofTheWorker(registration: ServiceWorkerRegistration): Promise<Problem[]> {
  const { active, waiting } = registration;
  if (!active) {
    const problem = 'There is no active service worker.';
    return [{ code: 'no-worker', problem, remedy: 'Register one, and wait for navigator.serviceWorker.ready.' }];
  }
  const problems: Problem[] = [];
  if (waiting) {
    const problem = 'A newer version of the service worker waits for all pages to be closed.';
    problems.push({
      code: 'waiting-version',
      problem,
      remedy: 'Call skipWaiting() in it, or reload when the user agrees.',
    });
  }
  // The browser's own needs no more.
  if (!managerOf(registration) || nativeManagerOf(registration)) return problems;
  const answer = await ask(registration, 'status', '').then(
    () => undefined,
    (error: DOMException) => error,
  );
  if (answer) problems.push(ofAnError(answer, active.scriptURL));
  return problems;
}

function ofAnError({ name, message }: DOMException, url: string): Problem {
  if (name === 'NotSupportedError') {
    const problem = `The service worker ${url} has an older version of background-fetch-polyfill.`;
    return { code: 'older-worker', problem, remedy: 'Build page and worker from the same version.' };
  }
  if (/WebAssembly/.test(message)) {
    return {
      code: 'wasm-refused',
      problem: message,
      remedy: "Add 'wasm-unsafe-eval' to script-src of its script's response.",
    };
  }
  const problem = `The service worker ${url} does not answer: ${message}`;
  return { code: 'deaf-worker', problem, remedy: "Let import 'background-fetch-polyfill/sw' be its first line." };
}

async function ofTheStorage(): Promise<Problem[]> {
  const problems: Problem[] = [];
  // Missing in some browsers.
  const storage = navigator.storage as Partial<StorageManager> | undefined;
  const { quota, usage } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
  if (quota && usage && usage > quota * FULL) {
    const problem = `${usage} of ${quota} bytes that the browser gives are used.`;
    problems.push({ code: 'little-room', problem, remedy: 'Have the user choose what to delete.' });
  }
  if ((await storage?.persisted?.().catch(() => true)) === false) {
    const problem = 'The browser may delete what is stored when it needs the room.';
    problems.push({ code: 'not-persistent', problem, remedy: 'Call navigator.storage.persist(), best at a click.' });
  }
  return problems;
}

/** Whether the browser says that it has room for so many bytes more. Those that do not say are believed to have it. */
export const canStore = async (bytes: number): Promise<boolean> => (await storageLeft()) >= bytes;
