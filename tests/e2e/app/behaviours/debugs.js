/**
 * The worker is watched, and what it warns of is written down. To come before the app's own handlers. Query: `handles`, what
 * is done with a success instead.
 */
globalThis.extras ?? importScripts('/made/extras.js');

{
  const { warn } = console;
  console.warn = (text) => {
    warn.call(console, text);
    log.add({ kind: 'warning', text });
  };
  extras.debug();
  const handlers = {
    /** As if there were none. */
    nothing: (event) => event.stopImmediatePropagation(),
    wrongly: (event) => event.waitUntil(async () => {}),
  };
  const handle = handlers[new URL(location.href).searchParams.get('handles')];
  if (handle) addEventListener('backgroundfetchsuccess', handle);
}
