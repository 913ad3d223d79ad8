/** What is still active when the event comes. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(look(event)));

async function look({ registration: { id } }) {
  const manager = self.registration.backgroundFetch;
  await log.add({ kind: 'ids', ids: await manager.getIds(), got: String(await manager.get(id)) });
}
