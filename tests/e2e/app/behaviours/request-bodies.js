/** What the records say about the requests: twice, as each record has a request of its own. */
for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
  addEventListener(type, (event) => event.waitUntil(look(event.registration)));
}

async function look(registration) {
  const [first, second] = [await registration.matchAll(), await registration.matchAll()];
  const row = { kind: 'requests', id: registration.id, first: [], second: [] };
  for (const { request } of first) row.first.push(await describe(request));
  for (const { request } of second) row.second.push(await describe(request));
  await log.add(row);
}

async function describe(request) {
  const { url, method, headers } = request;
  const bytes = await request.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const again = await request.text().catch(({ name }) => name);
  return {
    url,
    method,
    type: headers.get('content-type'),
    size: bytes.byteLength,
    sha256,
    again: bytes.byteLength ? again : 'nothing',
  };
}
