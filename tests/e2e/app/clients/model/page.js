/** Runs a model in the page: one big file, looked for in the caches before anything else. */
(() => {
  /** Where the model came from, and its parts as the page has them. */
  async function load(url, downloadTotal) {
    const stored = await caches.match(url);
    if (stored) return { from: 'cache', size: (await stored.blob()).size };
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const bgFetch =
      (await backgroundFetch.get('model')) ??
      (await backgroundFetch.fetch('model', [url], {
        title: 'The model',
        icons: [{ src: '/app/icon.png' }],
        downloadTotal,
      }));
    await new Promise((resolve, reject) => {
      navigator.serviceWorker.addEventListener('message', ({ data }) => {
        if (data.cached === url) resolve();
      });
      bgFetch.onprogress = () => {
        if (bgFetch.result === 'failure') reject(new Error(bgFetch.failureReason));
      };
    });
    return { from: 'network', size: (await (await caches.match(url)).blob()).size };
  }

  globalThis.client = { load };
})();
