import { configure, debug, setPreferences } from '../../../types/extras.js';
import { notify } from '../../../types/notifications.js';
import { keep, respond, respondFromCache } from '../../../types/offline.js';
import { serve } from '../../../types/ponyfill.sw.js';

// What an app's service worker may write, and what it may not. Compiled only.

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(store(event));
});

async function store(event: BackgroundFetchUpdateUIEvent): Promise<void> {
  const cache = await caches.open(event.registration.id);
  for (const record of await event.registration.matchAll()) {
    await cache.put(record.request, await record.responseReady);
  }
  await event.updateUI({ title: 'Done' });
  // @ts-expect-error the member is `icons`
  await event.updateUI({ icon: {} });
}

// As the README has it: the global one.
addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open('films');
      for (const record of await event.registration.matchAll()) {
        await cache.put(record.request, await record.responseReady);
      }
      await event.updateUI({ title: 'Ready to watch' });
    })(),
  );
});
addEventListener('backgroundfetchabort', (event) => console.log(event.registration.id));

self.addEventListener('backgroundfetchfail', (event) => void event.updateUI());
self.addEventListener('backgroundfetchabort', (event) => {
  console.log(event.registration.failureReason);
  // @ts-expect-error only where the UI is still there
  void event.updateUI();
});
self.onbackgroundfetchclick = (event) => event.waitUntil(self.clients.openWindow('/'));
self.onbackgroundfetchsuccess = null;

const registration = await self.registration.backgroundFetch.fetch('id', '/a');
const event: ExtendableEvent = new BackgroundFetchEvent('backgroundfetchabort', { registration });
console.log(event, new BackgroundFetchUpdateUIEvent('backgroundfetchfail', { registration }));
// @ts-expect-error registration is required
new BackgroundFetchEvent('backgroundfetchabort', {});

const target = serve({ prefer: 'ours' });
debug(target);
target.addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(event.updateUI({ title: 'Ready' })));
target.addEventListener('backgroundfetchabort', (event) => {
  // @ts-expect-error only where the UI is still there
  void event.updateUI();
});

self.addEventListener('backgroundfetchsuccess', ({ registration }) => void keep(registration, { name: 'film' }));
self.addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
async function answer(request: Request): Promise<Response> {
  const kept: Response | undefined = await respond(request);
  return kept ?? (await respondFromCache(request, 'films')) ?? fetch(request);
}
// @ts-expect-error what it answers with may be undefined
self.addEventListener('fetch', (event) => event.respondWith(respond(event.request)));

configure({ connections: 2, keepAlive: false, mayRun: ({ onlyAtNight }) => !onlyAtNight });
configure({
  prepareRequest: async (request, { attempt, status }) => (status || attempt > 1 ? new Request(request) : undefined),
});
configure({ prepareRequest: () => undefined });
// @ts-expect-error no such option
configure({ conections: 2 });
// @ts-expect-error what is sent is a Request
configure({ prepareRequest: () => 'https://example.test/' });
await setPreferences(self.registration, { onlyAtNight: true });

notify();
notify({ when: 'progress', url: '/downloads', strings: { done: 'Fertig' }, lang: 'de', native: true });
notify({ describe: (id) => (id === 'film' ? { title: 'Ferry', href: `#${id}` } : false) });
notify({ target, manager: self.registration.backgroundFetch, describe: async () => undefined });
// @ts-expect-error no such time
notify({ when: 'always' });
// @ts-expect-error no such text
notify({ strings: { dune: 'Fertig' } });
