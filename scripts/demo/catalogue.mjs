/** What is in the demo's library, before any of it is made or measured. */

const MINOR = [0, 3, 5, 7, 10];
const MAJOR = [0, 2, 4, 7, 9];
const DORIAN = [0, 2, 3, 5, 7, 9, 10];

/** Raise it when the media below change: what is cached is then made anew. */
export const RECIPE = 2;

/**
 * @typedef {object} Item
 * @property {string} id also the id of its background fetch
 * @property {'episode' | 'film' | 'sounds' | 'model' | 'map'} kind
 * @property {string} show
 * @property {string} title
 * @property {string} text
 * @property {string} [credit]
 * @property {number} [seconds]
 * @property {string} [plays] what a browser must be able to play, with its codec
 * @property {number} [seed]
 * @property {{columns: number, rows: number, tile: number}} [grid] of a map, whose files are named by it
 * @property {import('./music.mjs').Chapter[]} [chapters]
 */

/** @type {Item[]} */
export const EPISODES = [
  {
    id: 'slow-water',
    kind: 'episode',
    show: 'Night Ferry Radio · 1',
    title: 'Slow water',
    text: 'Twenty minutes down the estuary with the engine off. Uncompressed studio master, for patient links.',
    seed: 20_260,
    chapters: [
      { title: 'Casting off', seconds: 300, root: 48, scale: MINOR, step: 0.52, density: 0.55 },
      { title: 'Under the bridges', seconds: 320, root: 46, scale: DORIAN, step: 0.44, density: 0.5 },
      { title: 'The reed bank', seconds: 330, root: 51, scale: MAJOR, step: 0.61, density: 0.6 },
      { title: 'Open water', seconds: 310, root: 44, scale: MINOR, step: 0.8, density: 0.7 },
    ],
  },
  {
    id: 'lamplight',
    kind: 'episode',
    show: 'Night Ferry Radio · 2',
    title: 'Lamplight',
    text: 'A harbour wall, a lamp, and somebody practising the same five notes until they are right.',
    seed: 711,
    chapters: [
      { title: 'Dusk', seconds: 110, root: 50, scale: MAJOR, step: 0.4, density: 0.5 },
      { title: 'The lamp is lit', seconds: 120, root: 53, scale: MAJOR, step: 0.36, density: 0.6 },
      { title: 'Going home', seconds: 100, root: 48, scale: DORIAN, step: 0.5, density: 0.5 },
    ],
  },
  {
    id: 'first-frost',
    kind: 'episode',
    show: 'Night Ferry Radio · 3',
    title: 'First frost',
    text: 'Two minutes of ice on the rigging. Short enough for the walk to the landing stage.',
    seed: 42,
    chapters: [
      { title: 'Rime', seconds: 65, root: 55, scale: MINOR, step: 0.3, density: 0.45 },
      { title: 'Thaw', seconds: 60, root: 57, scale: MAJOR, step: 0.34, density: 0.55 },
    ],
  },
];

/** Drawn for this library, by `scripts/film.mjs`, and encoded so that every browser plays it. @type {Item} */
export const OWN_FILM = {
  id: 'night-crossing',
  kind: 'film',
  show: 'Film',
  title: 'The night crossing',
  text: 'Half a minute of silence on the water, from the last stars to the first light.',
  seconds: 30,
  plays: 'video/webm; codecs="vp8"',
};

/** @type {Item} */
export const FILM = {
  id: 'big-buck-bunny',
  kind: 'film',
  show: 'Film',
  title: 'Big Buck Bunny',
  text: 'The first half minute of the open film, in 1080p, with its poster.',
  credit: 'Film © 2008 Blender Foundation, www.bigbuckbunny.org, Creative Commons Attribution 3.0.',
  seconds: 30,
  plays: 'video/mp4; codecs="avc1.640028"',
};

/** @type {Item} */
export const SOUNDS = {
  id: 'sound-pack',
  kind: 'sounds',
  show: 'Sound pack',
  title: 'Sixty-four sounds',
  text: 'Drums, bells and odd noises: sixty-four small files in one background fetch, and a pad for each.',
  credit: 'Sounds from Sonic Pi’s library, Creative Commons 0.',
};

/** Which of the package's sounds go into the pack: the short and percussive families. */
export const SOUND_FAMILIES = /^(bd|drum|elec|hat|perc|sn|tabla|glitch)_/;
export const SOUND_COUNT = 64;

/** @type {Item} */
export const MODEL = {
  id: 'pilot',
  kind: 'model',
  show: 'Language model',
  title: 'Pilot 1B',
  text: 'Weights as large as those of a small language model, with a digest that is verified before anybody sees them.',
};

/** Bytes: those of a billion parameters of 4 bits, and what goes with them. */
export const MODEL_BYTES = 1_200_000_000;

/** @type {Item & {grid: {columns: number, rows: number, tile: number}}} */
export const MAP = {
  id: 'chart',
  kind: 'map',
  show: 'Chart',
  title: 'The estuary',
  text: 'Two thousand tiles in one background fetch. Drag it, or use the arrows; no network is needed.',
  seed: 1_707,
  grid: { columns: 50, rows: 40, tile: 64 },
};
