/** Without any network: the app opens, has its list, and plays what was kept. */
import { PlainError } from '../lib/run.mjs';

/** Where is sought to, as parts of the whole; the first is behind what has been played. */
const SEEKS = [0.7, 0.2];

/** The largest film that can be played here. @param {any} app @param {import('./media.mjs').Library} library */
export async function chooseFilm(app, { items }) {
  const films = items.filter(({ kind }) => kind === 'film').sort((one, other) => other.bytes - one.bytes);
  const found = await app.page.evaluate(
    (/** @type {string[]} */ types) =>
      types.findIndex((type) => document.createElement('video').canPlayType(type) !== ''),
    films.map(({ plays }) => plays),
  );
  if (found < 0) throw new PlainError('there is no film that this browser can play');
  return films[found];
}

/**
 * @param {any} app @param {import('./media.mjs').LibraryItem} item
 * @returns {Promise<{played: string, seek_ms: number[]}>} how long each seek took
 */
export async function playOffline(app, item) {
  const { page } = app;
  await app.tap(item.id, 'play');
  await page.waitFor(isThere, { timeout: app.timeLeft });
  await page.waitFor(advances, { timeout: Math.min(30_000, app.timeLeft) });
  const seek_ms = [];
  for (const part of SEEKS) seek_ms.push(await page.evaluate(seek, part));
  await page.waitFor(advances, { timeout: Math.min(30_000, app.timeLeft) });
  const note = await page.evaluate(() => document.getElementById('player-note')?.textContent);
  if (!/kept/.test(note)) throw new PlainError(`the player says: ${note}`);
  return { played: item.id, seek_ms };
}

/* These run in the page. */

function isThere() {
  const media = /** @type {HTMLVideoElement | null} */ (document.querySelector('#player-stage video'));
  if (media?.error) throw new SyntaxError(`it does not play: ${media.error.message}`);
  return media && media.readyState >= media.HAVE_CURRENT_DATA;
}

async function advances() {
  const media = /** @type {HTMLVideoElement} */ (document.querySelector('#player-stage video'));
  // Without a gesture there is no sound. It may take a while: who waits for it does not see why.
  media.muted = true;
  if (media.paused) media.play().catch(() => {});
  const before = media.currentTime;
  await new Promise((resolve) => setTimeout(resolve, 300));
  return media.currentTime > before;
}

/** @param {number} part @returns {Promise<number>} */
async function seek(part) {
  const media = /** @type {HTMLVideoElement} */ (document.querySelector('#player-stage video'));
  const started = performance.now();
  await new Promise((resolve, reject) => {
    media.addEventListener('seeked', resolve, { once: true });
    media.addEventListener('error', () => reject(media.error), { once: true });
    media.currentTime = part * media.duration;
  });
  return Math.round(performance.now() - started);
}
