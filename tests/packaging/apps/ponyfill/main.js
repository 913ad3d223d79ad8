import { backgroundFetch } from 'background-fetch-polyfill/ponyfill';

navigator.serviceWorker.register('/sw.js', { type: 'module' });

globalThis.download = async (url) => {
  const manager = backgroundFetch(await navigator.serviceWorker.ready);
  const { id } = await manager.fetch('film', [url], { title: 'A film' });
  return id;
};
