/** Tries updateUI() in all the ways it may and may not be used. */
for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, (event) => event.waitUntil(attempt(event)));
}

async function attempt(event) {
  const row = { kind: 'updateUI', type: event.type, exists: 'updateUI' in event };
  if (row.exists) {
    row.first = await outcome(event.updateUI({ title: 'Done', icons: [{ src: '/icon.png' }] }));
    row.second = await outcome(event.updateUI({ title: 'Again' }));
    const own = new event.constructor(event.type, { registration: event.registration });
    row.untrusted = await atMost(2_000, outcome(own.updateUI({ title: 'Own' })));
  }
  await log.add(row);
}

const outcome = (promise) => promise.then((value) => `resolved ${value}`, (error) => error.name);
const atMost = (time, promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, time, 'never'))]);
