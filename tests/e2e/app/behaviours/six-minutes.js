/** A handler that takes six minutes and needs the records at the end. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(work(event)));

async function work({ registration }) {
  await new Promise((resolve) => setTimeout(resolve, 6 * 60_000));
  const records = await recorder.describeAll(await registration.matchAll());
  await log.add({ kind: 'six-minutes', id: registration.id, records, recordsAvailable: registration.recordsAvailable });
}
