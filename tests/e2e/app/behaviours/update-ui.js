/** Tries updateUI() in all the ways it may and may not be used. */
for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, (event) => event.waitUntil(attempt(event)));
}

async function attempt(event) {
  const row = { kind: 'updateUI', type: event.type, exists: 'updateUI' in event };
  if (row.exists) {
    row.first = await outcome(() => event.updateUI({ title: 'Done', icons: [{ src: '/icon.png' }] }));
    row.second = await outcome(() => event.updateUI({ title: 'Again' }));
    const own = new event.constructor(event.type, { registration: event.registration });
    row.untrusted = await outcome(() => own.updateUI({ title: 'Own' }));
  }
  await log.add(row);
}

async function outcome(action) {
  const never = new Promise((resolve) => setTimeout(resolve, 2_000, 'never'));
  try {
    return `resolved ${await Promise.race([action(), never])}`;
  } catch (error) {
    return error.name;
  }
}
