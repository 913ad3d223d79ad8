/**
 * A feed of audio: makes sure by getIds() that a download has begun, and takes the result in `progress` for
 * the end, though its worker may not have written the file into the cache by then.
 */
(() => {
  const steps = [];

  async function save(url) {
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const bgFetch = await backgroundFetch.fetch(url, url, { title: 'An episode' });
    const ids = await backgroundFetch.getIds();
    if (!ids.includes(url)) throw new Error('it has not begun');
    steps.push('begun');
    await new Promise((resolve) => {
      bgFetch.addEventListener('progress', () => {
        if (bgFetch.result !== '') resolve();
      });
    });
    steps.push(bgFetch.result);
    return read(url);
  }

  /** At once if it is there, or else when the worker says so. */
  async function read(url) {
    const told = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('message', ({ data }) => {
        if (data.written === url) resolve();
      });
    });
    let response = await caches.match(url);
    steps.push(response ? 'there' : 'not there yet');
    if (!response) {
      await told;
      response = await caches.match(url);
    }
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  globalThis.client = { steps, save };
})();
