/** The first times that an event is delivered, as many as `hangs` in the worker's query, its handler never ends. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(handle(event)));

async function handle({ registration: { id } }) {
  const seen = (await log.rows()).filter((row) => row.kind === 'hangs' && row.id === id);
  const hangs = seen.length < Number(searchParams.get('hangs'));
  await log.add({ kind: hangs ? 'hangs' : 'handled', id });
  if (hangs) await new Promise(() => {});
}
