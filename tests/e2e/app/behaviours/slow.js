/** A handler that takes as many ms as `takes` in the worker's query, and needs the records at the end. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(work(event)));

async function work({ registration }) {
  await new Promise((resolve) => setTimeout(resolve, Number(searchParams.get('takes'))));
  const records = await recorder.describeAll(await registration.matchAll());
  await log.add({ kind: 'slow', id: registration.id, records, recordsAvailable: registration.recordsAvailable });
}
