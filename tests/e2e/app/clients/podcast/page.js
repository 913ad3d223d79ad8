/**
 * A player of podcasts, as in the first demo of the API: looks for what is running when it is opened, shows
 * a bar, hears of the end on a channel of the episode's own, and fetches by itself where there is no API.
 */
(() => {
  const isSupported = 'BackgroundFetchManager' in self;
  /** By id: `state` is 'fetching', 'stored', 'not-stored' or 'failed'. */
  const episodes = {};

  async function look() {
    if (!isSupported) return;
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    for (const id of await backgroundFetch.getIds()) monitor(await backgroundFetch.get(id));
  }

  async function download(id, urls, downloadTotal) {
    if (!isSupported) return downloadHere(id, urls[0], downloadTotal);
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const icons = [{ src: '/app/icon.png', sizes: '192x192', type: 'image/png' }];
    monitor(await backgroundFetch.fetch(id, urls, { title: `Episode ${id}`, icons, downloadTotal }));
  }

  function monitor(bgFetch) {
    const episode = (episodes[bgFetch.id] = { state: 'fetching', bars: [] });
    const update = () => {
      const { downloaded, downloadTotal, result, failureReason } = bgFetch;
      if (result === 'failure') {
        episode.state = failureReason === 'aborted' ? 'not-stored' : 'failed';
        channel.close();
      } else {
        episode.bars.push(result === 'success' ? 1 : downloaded / downloadTotal);
      }
    };
    const channel = new BroadcastChannel(bgFetch.id);
    channel.onmessage = ({ data }) => {
      if (!data.stored) return;
      bgFetch.removeEventListener('progress', update);
      channel.close();
      episode.state = 'stored';
    };
    bgFetch.addEventListener('progress', update);
    update();
  }

  async function cancel(id) {
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const bgFetch = await backgroundFetch.get(id);
    await bgFetch.abort();
  }

  async function downloadHere(id, url, total) {
    const episode = (episodes[id] = { state: 'fetching', bars: [] });
    const response = await fetch(url);
    const reader = response.body.getReader();
    const chunks = [];
    let received = 0;
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      chunks.push(step.value);
      received += step.value.length;
      episode.bars.push(received / total);
    }
    const cache = await caches.open(id);
    await cache.put(url, new Response(new Blob(chunks), { headers: response.headers }));
    episode.state = 'stored';
  }

  globalThis.client = { isSupported, episodes, download, cancel, ready: look() };
})();
