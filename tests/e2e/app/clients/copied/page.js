globalThis.client = {
  async start(ids, url) {
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    for (const id of ids) app.follow(await backgroundFetch.fetch(id, url));
  },
};
