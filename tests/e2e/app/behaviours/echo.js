/** An app that answers any message, whoever sent it: it must never see one of the polyfill's. */
addEventListener('message', (event) => {
  const answer = { echo: event.data };
  event.waitUntil(log.add({ kind: 'message', data: event.data }));
  if (event.ports[0]) event.ports[0].postMessage(answer);
  else event.source?.postMessage(answer);
});
