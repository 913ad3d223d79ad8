/** What the apps do in their pages; each has imported the polyfill before. */
globalThis.download = async (url) => {
  const { backgroundFetch } = await navigator.serviceWorker.ready;
  const { id } = await backgroundFetch.fetch('film', [url], { title: 'A film' });
  return id;
};
