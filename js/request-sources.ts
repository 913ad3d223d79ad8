/**
 * The bodies of requests as they were given. WebKit does not give them back so: it reads all of a
 * Blob into memory, and a form with files it cannot read at all. There, requests are watched as they
 * are made.
 */

/** JavaScriptCore gives its errors a `sourceURL`. */
export const isWebKit = 'sourceURL' in new Error();

/** The entries of a form, which may be changed after a request was made of it. */
export type FormEntries = [name: string, value: FormDataEntryValue][];

const sources = new WeakMap<object, Blob | FormEntries>();

/** Puts a `Request` in the place of the global one that remembers what it was given. */
export function watchRequests(): void {
  if (!isWebKit) return;
  globalThis.Request = new Proxy(Request, {
    construct(target, args: ConstructorParameters<typeof Request>, newTarget) {
      const request = Reflect.construct(target, args, newTarget) as Request;
      const [input, init] = args;
      const body: unknown = init?.body;
      // Without a body of its own it takes over that of another request.
      const source = body instanceof FormData ? [...body] : body ?? sources.get(input as Request);
      // An array of the app's own is no form, but a string to the browser.
      const isForm = Array.isArray(source) && source !== body;
      if (isForm || source instanceof Blob) sources.set(request, source as Blob | FormEntries);
      return request;
    },
  });
}

/** The body of a request as it was given; undefined for one that has to be read. */
export const sourceOf = (request: Request): Blob | FormEntries | undefined => sources.get(request);
