importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

/** Believes nothing but the server's answers. */
async function confirm({ type, registration }) {
  const { id, uploaded, uploadTotal, failureReason } = registration;
  const answers = [];
  for (const record of await registration.matchAll()) {
    answers.push(
      await record.responseReady.then(
        (response) => response.json(),
        (error) => error.name,
      ),
    );
  }
  await log.add({ kind: 'uploaded', type, id, uploaded, uploadTotal, failureReason, answers });
}

for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail']) {
  addEventListener(type, (event) => event.waitUntil(confirm(event)));
}
