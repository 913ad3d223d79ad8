/** Adds to the event's lifetime while it is being extended. */
addEventListener('backgroundfetchsuccess', (event) => {
  const later = new Promise((resolve) => setTimeout(resolve, 500)).then(() => {
    event.waitUntil(new Promise((resolve) => setTimeout(resolve, 1_000)).then(() => read(event)));
  });
  event.waitUntil(later);
});

async function read({ registration }) {
  const records = await recorder.describeAll(await registration.matchAll());
  await log.add({ kind: 'extended', id: registration.id, records });
}
