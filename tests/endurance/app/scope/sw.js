importScripts('/dist/sw.js');

const put = async (name, value) => (await caches.open('outcome')).put(name, new Response(value));
const read = async (name) => (await caches.match(name, { cacheName: 'outcome' }))?.text();

// Counted one after another: a worker starts long after the last one did.
const counted = (async () => put('/starts', String(Number((await read('/starts')) ?? 0) + 1)))();

addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil((async () => {
    await counted;
    const [record] = await event.registration.matchAll();
    const bytes = await (await record.responseReady).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const starts = Number(await read('/starts'));
    await put('/outcome', JSON.stringify({ bytes: bytes.byteLength, sha256, starts }));
  })());
});

for (const type of ['backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, (event) => {
    event.waitUntil(put('/outcome', JSON.stringify({ failed: event.registration.failureReason })));
  });
}
