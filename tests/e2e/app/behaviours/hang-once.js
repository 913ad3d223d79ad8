/** The first time that an event is delivered, its handler never ends. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(handle(event)));

async function handle({ registration: { id } }) {
  const seen = (await log.rows()).some((row) => row.kind === 'hangs' && row.id === id);
  await log.add({ kind: seen ? 'handled' : 'hangs', id });
  if (!seen) await new Promise(() => {});
}
