/** Fetches under the same id again, in the handler of its success: once. */
let again = true;
addEventListener('backgroundfetchsuccess', (event) => {
  if (!again) return;
  again = false;
  event.waitUntil(
    (async () => {
      const { registration } = event;
      const [{ request }] = await registration.matchAll();
      await self.registration.backgroundFetch.fetch(registration.id, request.url);
    })(),
  );
});
