/** Asks for the permission from within the worker. */
addEventListener('message', (event) => {
  if (event.data !== 'permission') return;
  const asked = navigator.permissions.query({ name: 'background-fetch' });
  event.waitUntil(
    asked.then(
      ({ state }) => event.ports[0].postMessage(state),
      ({ name }) => event.ports[0].postMessage(name),
    ),
  );
});
