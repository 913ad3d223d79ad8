/**
 * Which browser this is, and what its ways demand of us. No other file asks. What is asked once is marked as pure, so that
 * bundles that do not need it leave it out.
 */

/** Whether this realm has the real API, beside which ours must not exist; or ours, by another script. */
export const hasNative = /* @__PURE__ */ (() =>
  'BackgroundFetchManager' in globalThis ||
  ('ServiceWorkerRegistration' in globalThis && 'backgroundFetch' in ServiceWorkerRegistration.prototype))();

/** Whether a function or class is the browser's own, and not of a script. */
export const isNative = (value: unknown): boolean =>
  typeof value === 'function' && Function.prototype.toString.call(value).includes('[native code]');

/** Whether the API is the browser's own, and not ours by another script. */
export const isBrowsersOwn = (): boolean =>
  isNative((globalThis as { BackgroundFetchManager?: unknown }).BackgroundFetchManager);

/** Whether this is a service worker. Servers at the edge have the names of its world, but no registration. */
export const isServiceWorker = /* @__PURE__ */ (() =>
  'ServiceWorkerGlobalScope' in globalThis && 'registration' in globalThis)();

/** Whether this is a page. */
export const isPage = /* @__PURE__ */ (() => 'document' in globalThis)();

/**
 * Whether the API can work in this page or plain worker. Where it cannot, apps must see that it is missing: on a server,
 * without HTTPS (which has no caches), in private windows and in-app browsers, in frames with `sandbox`.
 */
export function canWork(): boolean {
  try {
    const { indexedDB, caches, WebAssembly } = globalThis as Partial<typeof globalThis>;
    return Boolean(indexedDB && caches && WebAssembly && (navigator.serviceWorker || !isPage));
  } catch {
    // Some getters refuse.
    return false;
  }
}

/** JavaScriptCore gives its errors a `sourceURL`. */
export const isWebKit = /* @__PURE__ */ (() => 'sourceURL' in new Error())();

/** Whether a stored response gives a Blob at once, of which a slice is read by itself: Chromium. Elsewhere all of it is read. */
export const slicesStored = /* @__PURE__ */ (() => 'NavigatorUAData' in globalThis)();

/** Whether this is a page in Firefox. */
export const isGecko = (): boolean => 'mozInnerScreenX' in globalThis;

/** The entries of a form, which may be changed after a request was made of it. */
export type FormEntries = [name: string, value: FormDataEntryValue][];

const sources = new WeakMap<object, Blob | FormEntries>();

/**
 * Puts a `Request` in the place of the global one that remembers the body that it was given. WebKit does
 * not give that back so: it reads all of a Blob into memory, and a form with files it cannot read at all.
 */
export function watchRequests(): void {
  if (!isWebKit) return;
  globalThis.Request = new Proxy(Request, {
    construct(target, args: ConstructorParameters<typeof Request>, newTarget) {
      const request = Reflect.construct(target, args, newTarget) as Request;
      const [input, init] = args;
      const body: unknown = init?.body;
      // Without a body of its own it takes over that of another request.
      const source = body instanceof FormData ? [...body] : (body ?? sources.get(input as Request));
      // An array of the app's own is no form, but a string to the browser.
      const isForm = Array.isArray(source) && source !== body;
      if (isForm || source instanceof Blob) sources.set(request, source as Blob | FormEntries);
      return request;
    },
  });
}

/** The body of a request as it was given; undefined for one that has to be read. */
export const sourceOf = (request: Request): Blob | FormEntries | undefined => sources.get(request);

/**
 * Asks that this origin's storage be kept when space runs short, where the browser decides that by itself:
 * https://storage.spec.whatwg.org/#dom-storagemanager-persist. Firefox would ask the user.
 */
export function persist(): void {
  if (isGecko()) return;
  // Missing in workers, and in WebKit before 17.
  void (navigator.storage as Partial<StorageManager> | undefined)?.persist?.().catch(() => undefined);
}

/** In Firefox a worker does not know its own `ServiceWorker`. */
type Global = ServiceWorkerGlobalScope & { serviceWorker?: ServiceWorker };

/** What is known of whether this worker is the registration's active one; only that one runs the engine. */
export interface Activity {
  readonly isActive: boolean;
  /** To be called for what only comes to the active worker. */
  prove(): void;
}

/** To be called while the script is evaluated. */
export function watchActivity(global: Global): Activity {
  const { serviceWorker, registration } = global;
  if (serviceWorker) {
    return {
      get isActive() {
        return serviceWorker.state === 'activating' || serviceWorker.state === 'activated';
      },
      prove() {},
    };
  }
  // Evidence tells, and once for all: a worker that was installed in this run is not active before it is activated; one
  // beside which there is no other is. While an update is being installed, or waits, it may be either.
  let known: boolean | undefined;
  global.addEventListener('install', () => (known = false));
  global.addEventListener('activate', () => (known = true));
  const isAlone = (): boolean => registration.active !== null && !registration.installing && !registration.waiting;
  return {
    get isActive() {
      if (known === undefined && isAlone()) known = true;
      return known ?? false;
    },
    prove() {
      known ??= true;
    },
  };
}

/**
 * How long after its start, in milliseconds, a worker can be sure of what {@link watchActivity} says: one
 * that is only being installed may look like the active one until that event has come.
 */
export const untilCertain = (global: Global): number => ('serviceWorker' in global ? 0 : UNCERTAIN);

/** What events a worker was started for follow at once. */
const UNCERTAIN = 500;
