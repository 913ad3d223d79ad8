/**
 * The page of the app: registers its worker and uses the standard's API, nothing else. What tests
 * ask of it is in `app`.
 *
 * Query: `script`, `scope` and `type` of the worker; without `script`, one that is registered already.
 */
(() => {
  const query = new URLSearchParams(location.search);
  const scope = query.get('scope') ?? '/app/';

  async function register() {
    const script = query.get('script');
    const registration = script
      ? await navigator.serviceWorker.register(script, { scope, type: query.get('type') ?? 'classic' })
      : await registered();
    if (!registration) throw new Error(`nothing is registered for ${scope}`);
    // Tests of an app whose worker is not active yet do not wait for it.
    if (!query.has('eager')) await activated(registration);
    return registration;
  }

  /** WebKit may list none of an origin for as long as it runs, though one controls this very page. */
  async function registered() {
    const listed = await navigator.serviceWorker.getRegistration(scope);
    return listed ?? (navigator.serviceWorker.controller && navigator.serviceWorker.ready);
  }

  async function activated(registration) {
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    if (worker.state === 'activated') return;
    await new Promise((resolve, reject) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated') resolve();
        if (worker.state === 'redundant') reject(new Error('the worker could not be installed'));
      });
    });
  }

  const stateOf = (registration) =>
    registration && {
      id: registration.id,
      uploadTotal: registration.uploadTotal,
      uploaded: registration.uploaded,
      downloadTotal: registration.downloadTotal,
      downloaded: registration.downloaded,
      result: registration.result,
      failureReason: registration.failureReason,
      recordsAvailable: registration.recordsAvailable,
    };

  /** Tests pass requests as JSON: a URL, or [URL, RequestInit]. */
  const toRequest = (value) => (Array.isArray(value) ? new Request(...value) : value);
  const toRequests = (value) => (Array.isArray(value) ? value.map(toRequest) : value);

  const app = {
    /** @type {Promise<ServiceWorkerRegistration>} */
    ready: register(),
    stateOf,
    toRequests,
    /** @type {Record<string, BackgroundFetchRegistration>} the newest of each id */
    fetches: {},
    /** @type {Record<string, object[]>} what each `progress` event showed, by id */
    progress: {},
    /** What came from the worker, with the states of all fetches at that moment. */
    messages: [],
    errors: [],

    /** Where ours is not asked: a frame has the browser's own. */
    async unregisterNatively() {
      const frame = document.body.appendChild(document.createElement('iframe'));
      await frame.contentWindow.ServiceWorkerRegistration.prototype.unregister.call(await app.ready);
      frame.remove();
    },

    /** After it has been unregistered. */
    again: async () => {
      app.ready = register();
      await app.ready;
    },

    manager: async () => (await app.ready).backgroundFetch,

    follow(registration) {
      const { id } = registration;
      app.fetches[id] = registration;
      const seen = (app.progress[id] = []);
      registration.addEventListener('progress', (event) => {
        seen.push({ at: performance.now(), same: event.target === registration, ...stateOf(registration) });
      });
      return stateOf(registration);
    },

    async fetch(id, requests, options) {
      const manager = await app.manager();
      return app.follow(await manager.fetch(id, toRequests(requests), options));
    },

    /** As an app does when it is opened: finds what is running. */
    async adopt() {
      const manager = await app.manager();
      const ids = await manager.getIds();
      for (const id of ids) app.follow(await manager.get(id));
      return ids;
    },

    state: (id) => stateOf(app.fetches[id]),
    abort: (id) => app.fetches[id].abort(),

    /** Those that the polyfill hides, too: a frame has the browser's own `caches`. */
    async allCaches() {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const names = await frame.contentWindow.caches.keys();
      frame.remove();
      return names;
    },

    /** The name of what `action` rejects with, or null. */
    async rejection(action) {
      try {
        await action();
        return null;
      } catch (error) {
        return error.name;
      }
    },

    /** Posts to the active worker, answers by the first message that comes back. */
    async ask(data) {
      const { active } = await app.ready;
      const { port1, port2 } = new MessageChannel();
      return new Promise((resolve) => {
        port1.onmessage = (event) => resolve(event.data);
        active.postMessage(data, [port2]);
      });
    },
  };

  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    const states = Object.fromEntries(Object.keys(app.fetches).map((id) => [id, app.state(id)]));
    app.messages.push({ data, states });
  });
  navigator.serviceWorker.startMessages();
  addEventListener('error', ({ message }) => app.errors.push(message));
  addEventListener('unhandledrejection', ({ reason }) => app.errors.push(`unhandled: ${reason}`));
  globalThis.app = app;
})();
