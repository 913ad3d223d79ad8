/** The usual mistakes of apps, each told once. */
import { diagnose } from '../extras/diagnose.ts';
import { isNative } from '../platform.ts';

/** What `diagnose()` finds and is a mistake of the app's. */
const MISTAKES = ['deaf-worker', 'older-worker', 'wasm-refused'];

/** The events of background fetches. */
const EVENTS = ['success', 'fail', 'abort', 'click'].map((name) => `backgroundfetch${name}`);

const NO_HANDLER =
  "No handler of 'backgroundfetchsuccess' has looked at the event: what has come is deleted now. Add one while the service worker's script is evaluated.";
const NO_PROMISE = 'waitUntil() was given a function, which never runs: give it a promise.';

/** In a page: whether its service worker is one that can do background fetches. */
export async function watchWorker(container: ServiceWorkerContainer): Promise<void> {
  for (const { code, problem, remedy } of await diagnose(await container.ready)) {
    if (MISTAKES.includes(code)) warn(`${problem} ${remedy}`);
  }
}

/**
 * In a service worker: what handlers make of the events that are dispatched at `target`, whether they were added before or
 * not. In Chromium a listener that captures does not come first there, so no listener could see what those before it do.
 */
export function watchHandlers(target: EventTarget): void {
  const { dispatchEvent } = target;
  target.dispatchEvent = (event) => {
    if (EVENTS.includes(event.type)) watchOurs(event as FetchEvent);
    return dispatchEvent.call(target, event);
  };
  if (isNative(interfaces.BackgroundFetchEvent)) watchNative();
}

interface FetchEvent extends Event {
  registration: unknown;
  waitUntil(...args: unknown[]): void;
}

/** The browser's own: TypeScript knows them as of other realms only. */
const interfaces = globalThis as unknown as Record<string, { prototype: FetchEvent } | undefined>;

/** Events of which a handler has read the registration, or which it has extended. */
const taken = new WeakSet<Event>();

/** Ours warns of functions by itself. */
function watchOurs(event: FetchEvent): void {
  const { registration, waitUntil } = event;
  Object.defineProperties(event, {
    registration: { configurable: true, get: () => take(event, registration) },
    waitUntil: {
      configurable: true,
      writable: true,
      value(...args: unknown[]): void {
        Reflect.apply(waitUntil, take(event, this), args);
      },
    },
  });
  lookAfter(event);
}

/** The browser dispatches its own without being asked. */
function watchNative(): void {
  const { BackgroundFetchEvent, ExtendableEvent } = interfaces;
  if (!BackgroundFetchEvent || !ExtendableEvent) return;
  const own = Object.getOwnPropertyDescriptor(BackgroundFetchEvent.prototype, 'registration');
  Object.defineProperty(BackgroundFetchEvent.prototype, 'registration', {
    ...own,
    get(this: FetchEvent): unknown {
      return own?.get?.call(take(this, this));
    },
  });
  const { waitUntil } = ExtendableEvent.prototype;
  ExtendableEvent.prototype.waitUntil = function (...args: unknown[]): void {
    if (EVENTS.includes(this.type) && typeof args[0] === 'function') warn(NO_PROMISE);
    Reflect.apply(waitUntil, take(this, this), args);
  };
  addEventListener('backgroundfetchsuccess', (event) => lookAfter(event));
}

function take<T>(event: Event, value: T): T {
  taken.add(event);
  return value;
}

function lookAfter(event: Event): void {
  if (!event.type.endsWith('success')) return;
  setTimeout(() => {
    if (!taken.has(event)) warn(NO_HANDLER);
  });
}

const warned = new Set<string>();

function warn(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(`background-fetch-polyfill: ${text}`);
}
