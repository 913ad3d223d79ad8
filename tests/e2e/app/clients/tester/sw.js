importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

/** Writes down the whole event, and updates the title more often than is allowed. */
async function show(event) {
  const { type, registration } = event;
  const row = {
    kind: 'shown',
    type,
    id: registration.id,
    result: registration.result,
    failureReason: registration.failureReason,
  };
  row.records = [];
  for (const record of await registration.matchAll()) {
    row.records.push(
      await record.responseReady.then(
        ({ status }) => status,
        (error) => error.name,
      ),
    );
  }
  row.updates = [];
  for (const title of ['One', 'Two', 'Three']) {
    if (!event.updateUI) continue;
    row.updates.push(
      await event.updateUI({ title }).then(
        () => 'updated',
        (error) => error.name,
      ),
    );
  }
  await log.add(row);
}

for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, (event) => event.waitUntil(show(event)));
}

// Nobody clicks in these tests: there is nothing to click on.
addEventListener('backgroundfetchclick', (event) => event.waitUntil(log.add({ kind: 'clicked' })));
