/** Keeps the event, and tries what it no longer may when it is asked to. */
let kept;
addEventListener('backgroundfetchsuccess', (event) => (kept = event));

addEventListener('message', (event) => {
  if (event.data === 'late') event.waitUntil(attempt().then((row) => event.ports[0].postMessage(row)));
});

async function attempt() {
  const { registration } = kept;
  return {
    recordsAvailable: registration.recordsAvailable,
    matchAll: await outcome(() => registration.matchAll()),
    match: await outcome(() => registration.match('/')),
    updateUI: await outcome(() => kept.updateUI({ title: 'Late' })),
    waitUntil: await outcome(async () => kept.waitUntil(Promise.resolve())),
    abort: await outcome(() => registration.abort()),
  };
}

const outcome = (action) =>
  action().then(
    (value) => `resolved ${value}`,
    (error) => error.name,
  );
