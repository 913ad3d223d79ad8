/** Listens by attributes, beside the recorder's listeners. */
for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
  self[`on${type}`] = (event) => {
    const isSame = event.target === self && event.currentTarget === self;
    event.waitUntil(log.add({ kind: 'attribute', type: event.type, id: event.registration.id, isSame }));
  };
}
