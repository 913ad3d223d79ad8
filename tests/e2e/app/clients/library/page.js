/** A library of recordings: all the files of one, by the hundred, are one background fetch. */
globalThis.client = {
  async save(id, urls) {
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    return app.follow(await backgroundFetch.fetch(id, urls, { title: `${urls.length} files` }));
  },
};
