/** The commonest handler of the web deletes all caches that it does not know; here it does so, or names them, when it is told to. */
addEventListener('message', (event) => {
  if (event.data !== 'tidy' && event.data !== 'names') return;
  const answered = (async () => {
    const names = await caches.keys();
    if (event.data === 'tidy') for (const name of names) await caches.delete(name);
    event.ports[0].postMessage(names);
  })();
  event.waitUntil(answered);
});
