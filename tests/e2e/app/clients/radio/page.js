/** A site with one audio file a page: goes on with what is running, or starts it. */
(() => {
  const seen = [];

  async function save(id, url, downloadTotal) {
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const running = await backgroundFetch.get(id);
    const task = running ?? (await backgroundFetch.fetch(id, [url], { title: id, downloadTotal }));
    task.addEventListener('progress', (event) => {
      const percent = Math.round((event.target.downloaded / event.target.downloadTotal) * 100);
      seen.push(percent);
    });
    return running ? 'found' : 'started';
  }

  globalThis.client = { seen, save };
})();
