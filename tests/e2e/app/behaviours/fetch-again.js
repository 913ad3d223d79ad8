/** Fetches what failed once more. */
addEventListener('backgroundfetchfail', (event) => event.waitUntil(again(event.registration)));

async function again(registration) {
  const records = await registration.matchAll();
  await self.registration.backgroundFetch.fetch(
    `${registration.id}, again`,
    records.map(({ request }) => request),
  );
}
