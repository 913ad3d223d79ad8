/** What the worker has beside the rest where the library is measured: it is `library` there. */

addEventListener('fetch', (event) => {
  const isKept = new URL(event.request.url).searchParams.has('kept');
  if (isKept) event.respondWith(library.respond(event.request));
});

/** WebKitGTK has no estimate. */
const usage = async () => (await navigator.storage?.estimate())?.usage ?? 0;

/** Called by the worker. */
globalThis.keep = async (registration) => {
  const before = await usage();
  const started = performance.now();
  await library.keep(registration);
  const keepMs = performance.now() - started;
  return { keepMs, grown: (await usage()) - before };
};
