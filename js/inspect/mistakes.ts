/** The usual mistakes of apps, each told once. */
import { diagnose } from '../extras/diagnose.ts';

/** What `diagnose()` finds and is a mistake of the app's. */
const MISTAKES = ['deaf-worker', 'older-worker', 'wasm-refused'];

/** The events of background fetches. */
const EVENTS = ['success', 'fail', 'abort', 'click'].map((name) => `backgroundfetch${name}`);

const NO_HANDLER =
  "No handler of 'backgroundfetchsuccess' has looked at the event: what has come is deleted now. Add one while the service worker's script is evaluated.";
const NO_PROMISE = 'waitUntil() was given a function, which never runs: give it a promise, or call it.';

/** In a page: whether its service worker is one that can do background fetches. */
export async function watchWorker(container: ServiceWorkerContainer): Promise<void> {
  for (const { code, problem, remedy } of await diagnose(await container.ready)) {
    if (MISTAKES.includes(code)) warn(`${problem} ${remedy}`);
  }
}

/** In a service worker: what handlers make of the events that are dispatched at `target`. */
export function watchHandlers(target: EventTarget): void {
  // Before the app's own, wherever those are added.
  for (const type of EVENTS) target.addEventListener(type, watch as (event: Event) => void, { capture: true });
}

/** An event of ours, or of the browser's own. */
interface FetchEvent extends ExtendableEvent {
  registration: unknown;
}

function watch(event: FetchEvent): void {
  const { registration, waitUntil } = event;
  // Ours has a method of its own, and warns of functions by itself.
  const isNative = !Object.hasOwn(event, 'waitUntil');
  let isSeen = false;
  Object.defineProperties(event, {
    registration: {
      configurable: true,
      get: () => {
        isSeen = true;
        return registration;
      },
    },
    waitUntil: {
      configurable: true,
      writable: true,
      value(this: FetchEvent, ...args: [Promise<unknown>]): void {
        isSeen = true;
        if (isNative && typeof args[0] === 'function') warn(NO_PROMISE);
        Reflect.apply(waitUntil, this, args);
      },
    },
  });
  if (!event.type.endsWith('success')) return;
  setTimeout(() => {
    if (!isSeen) warn(NO_HANDLER);
  });
}

const warned = new Set<string>();

function warn(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(`background-fetch-polyfill: ${text}`);
}
