import 'background-fetch-polyfill';
import { registerSW } from 'virtual:pwa-register';
import { follow, show } from './view.js';

/** One film at a time is enough for an example. */
const ID = 'film';

registerSW({ immediate: true });

const form = document.querySelector('form');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { backgroundFetch } = await navigator.serviceWorker.ready;
  try {
    follow(await backgroundFetch.fetch(ID, [form.url.value], { title: 'A film' }));
  } catch (error) {
    show({ problem: `It did not begin: ${error.message}` });
  }
});

// What the worker says when it has put the film into its cache, or could not.
new BroadcastChannel('films').addEventListener('message', ({ data }) => show(data));

// What earlier visits asked for: one that is kept plays at once, one that is on its way goes on by itself.
const cache = await caches.open('films');
const [kept] = await cache.keys();
if (kept) show(kept);
const { backgroundFetch } = await navigator.serviceWorker.ready;
const film = await backgroundFetch.get(ID);
if (film && !film.result) follow(film);
