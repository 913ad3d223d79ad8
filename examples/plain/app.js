const form = document.querySelector('form');
const bar = document.querySelector('progress');
const output = document.querySelector('output');
const video = document.querySelector('video');

/** One film at a time is enough for an example. */
const ID = 'film';

navigator.serviceWorker.register('sw.js');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { backgroundFetch } = await navigator.serviceWorker.ready;
  try {
    follow(await backgroundFetch.fetch(ID, [form.url.value], { title: 'A film' }));
  } catch (error) {
    output.value = `It did not begin: ${error.message}`;
  }
});

/** Shows how far it is. The worker does the rest, whether or not this page is there. */
function follow(film) {
  form.querySelector('button').disabled = true;
  output.value = 'On its way';
  film.addEventListener('progress', () => {
    if (film.result) return;
    output.value = `${(film.downloaded / 1e6).toFixed(1)} MB`;
    if (film.downloadTotal > 0) bar.value = film.downloaded / film.downloadTotal;
  });
}

// What the worker says when it has put the film into its cache, or could not.
new BroadcastChannel('films').addEventListener('message', ({ data }) => show(data));

async function show({ url, problem }) {
  form.querySelector('button').disabled = false;
  output.value = problem ?? 'Kept: it plays offline, too';
  if (problem) return;
  const cache = await caches.open('films');
  const response = await cache.match(url);
  video.src = URL.createObjectURL(await response.blob());
  video.hidden = false;
}

// What earlier visits asked for: one that is kept plays at once, one that is on its way goes on by itself.
navigator.serviceWorker.ready.then(async ({ backgroundFetch }) => {
  const cache = await caches.open('films');
  const [kept] = await cache.keys();
  if (kept) show(kept);
  const film = await backgroundFetch.get(ID);
  if (film && !film.result) follow(film);
});
