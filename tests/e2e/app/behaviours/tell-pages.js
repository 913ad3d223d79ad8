/** Tells all pages how a fetch has ended, as soon as it can. */
for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, (event) => {
    const { id, result } = event.registration;
    event.waitUntil(tell({ ended: id, result }));
  });
}

async function tell(message) {
  for (const client of await clients.matchAll({ includeUncontrolled: true })) client.postMessage(message);
}
