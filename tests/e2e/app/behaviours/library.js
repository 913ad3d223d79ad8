/**
 * To come before the others: the worker keeps what succeeds, all of one id under one name: what comes before a colon. It answers requests out of
 * that, and calls the library for pages.
 */
importScripts('/made/library.js');

addEventListener('backgroundfetchsuccess', (event) => {
  // Nobody else reads it meanwhile.
  if (event.registration.id.startsWith('film')) event.stopImmediatePropagation();
  event.waitUntil(keepIt(event.registration));
});

async function keepIt(registration) {
  const { id } = registration;
  const [name] = id.split(':');
  // Pages keep these.
  if (name === 'later') return new Promise((resolve) => setTimeout(resolve, 3_000));
  await log.add({ kind: 'keeping', id });
  const before = await navigator.storage?.estimate?.();
  const started = performance.now();
  const item = await library.keep(registration, { name });
  const ms = performance.now() - started;
  const after = await navigator.storage?.estimate?.();
  await log.add({ kind: 'kept', id, ms, item, grown: (after?.usage ?? 0) - (before?.usage ?? 0) });
}

addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, searchParams } = new URL(request.url);
  if (pathname !== '/file') return;
  const cached = searchParams.get('cached');
  const answer = cached ? library.respondFromCache(request, cached) : library.respond(request);
  event.respondWith(answer.then((response) => response ?? new Response('not kept', { status: 404 })));
});

library.library.addEventListener('change', ({ detail }) => log.add({ kind: 'change', name: detail.name ?? null }));

addEventListener('message', (event) => {
  const { call, args } = event.data ?? {};
  if (!call) return;
  event.waitUntil(
    library[call](...args).then(
      (value) => event.ports[0].postMessage(value ?? null),
      (error) => event.ports[0].postMessage(error.name),
    ),
  );
});
