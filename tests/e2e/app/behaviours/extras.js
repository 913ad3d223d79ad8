/** To come before the others: `extras` in the worker, which calls its functions for pages, with its own registration. */
importScripts('/made/extras.js');

addEventListener('message', (event) => {
  const { extra, args } = event.data ?? {};
  if (!extra) return;
  const called = (async () => extras[extra](registration, ...args))();
  event.waitUntil(
    called.then(
      (value) => event.ports[0].postMessage(value?.id ?? value ?? null),
      (error) => event.ports[0].postMessage(error.name),
    ),
  );
});

/** The handler of what is aborted under this id never ends. */
addEventListener('backgroundfetchabort', (event) => {
  if (event.registration.id === 'endless') event.waitUntil(new Promise(() => {}));
});
