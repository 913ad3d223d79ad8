/**
 * Videos to be watched offline: asks for sizes by HEAD, and before each download aborts what there is of the
 * same id. Its options are not always what they should be.
 */
(() => {
  async function sizeOf(url) {
    const response = await fetch(url, { method: 'HEAD' });
    return Number(response.headers.get('Content-Length'));
  }

  async function sizes(urls) {
    const all = await Promise.all(urls.map(sizeOf));
    return all.reduce((sum, size) => sum + size, 0);
  }

  /** @param {string} id @param {string[]} urls @param {object} [more] options that are as they come */
  async function download(id, urls, more) {
    const downloadTotal = await sizes(urls);
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const old = await backgroundFetch.get(id);
    if (old) await old.abort();
    const bgFetch = await backgroundFetch.fetch(id, urls, { title: 'A video', downloadTotal, ...more });
    app.follow(bgFetch);
    return { replaced: Boolean(old), downloadTotal: bgFetch.downloadTotal };
  }

  globalThis.client = { download };
})();
