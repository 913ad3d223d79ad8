/** A handler that takes 3 s and needs the records at the end. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(work(event)));

async function work({ registration }) {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const records = await recorder.describeAll(await registration.matchAll());
  await log.add({ kind: 'slow', id: registration.id, records, recordsAvailable: registration.recordsAvailable });
}
