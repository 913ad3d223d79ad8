const button = document.querySelector('button');
const bar = document.querySelector('progress');
const output = document.querySelector('output');
const video = document.querySelector('video');

/** Shows how far it is. The worker does the rest, whether or not this page is there. */
export function follow(film) {
  button.disabled = true;
  output.value = 'On its way';
  film.addEventListener('progress', () => {
    if (film.result) return;
    output.value = `${(film.downloaded / 1e6).toFixed(1)} MB`;
    if (film.downloadTotal > 0) bar.value = film.downloaded / film.downloadTotal;
  });
}

/** Shows how it ended. */
export async function show({ url, problem }) {
  button.disabled = false;
  output.value = problem ?? 'Kept: it plays offline, too';
  if (problem) return;
  const cache = await caches.open('films');
  const response = await cache.match(url);
  video.src = URL.createObjectURL(await response.blob());
  video.hidden = false;
}
