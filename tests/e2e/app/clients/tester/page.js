/** A page to try the API: everything has a button, and every member is shown. */
(() => {
  const shown = [];

  async function start(id, requests, options) {
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const bgFetch = await backgroundFetch.fetch(id, app.toRequests(requests), options);
    bgFetch.onprogress = () => shown.push(describe(bgFetch));
    app.fetches[id] = bgFetch;
    return describe(bgFetch);
  }

  const describe = (bgFetch) => {
    const members = {};
    for (const name in bgFetch) {
      if (typeof bgFetch[name] !== 'function') members[name] = bgFetch[name];
    }
    return members;
  };

  /** All records as they come, each with its response or the error instead. */
  async function inspect(id) {
    const records = await app.fetches[id].matchAll();
    return Promise.all(
      records.map(async ({ request, responseReady }) => {
        try {
          const { status } = await responseReady;
          return [request.method, request.url, status];
        } catch (error) {
          return [request.method, request.url, error.name];
        }
      }),
    );
  }

  async function find(id, url, options) {
    const record = await app.fetches[id].match(url, options);
    return record ? record.request.url : String(record);
  }

  globalThis.client = {
    shown,
    start,
    inspect,
    find,
    abort: (id) => app.fetches[id].abort(),
    describe: (id) => describe(app.fetches[id]),
  };
})();
