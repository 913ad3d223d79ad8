/** The handler of the failure of "photo" takes three seconds. */
addEventListener('backgroundfetchfail', (event) => {
  if (event.registration.id === 'photo') event.waitUntil(new Promise((resolve) => setTimeout(resolve, 3_000)));
});
