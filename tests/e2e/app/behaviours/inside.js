/** Uses the API from within the worker, as told by a page. */
const held = {};

addEventListener('message', (event) => {
  const { call, id, url, body } = event.data ?? {};
  if (!call) return;
  const answered = calls[call](id, url, body).catch((error) => ({ error: error.name }));
  event.waitUntil(answered.then((value) => event.ports[0].postMessage(value)));
});

addEventListener('backgroundfetchsuccess', (event) => {
  const { registration } = event;
  event.waitUntil(log.add({ kind: 'inside', id: registration.id, same: registration === held[registration.id] }));
});

const calls = {
  async fetch(id, url) {
    held[id] = await self.registration.backgroundFetch.fetch(id, url);
    return recorder.stateOf(held[id]);
  },
  upload: (id, url, body) => calls.fetch(id, new Request(url, { method: 'POST', body })),
  getIds: () => self.registration.backgroundFetch.getIds(),
  async get(id) {
    const got = await self.registration.backgroundFetch.get(id);
    held[id] ??= got;
    return got ? { same: got === held[id], ...recorder.stateOf(got) } : String(got);
  },
  abort: (id) => held[id].abort(),
};
