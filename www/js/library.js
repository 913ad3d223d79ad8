/** What there is to hear and see, and what of it is in this browser's cache. */

/** The app's own cache: the worker puts finished downloads there, the page looks and deletes. */
export const CACHE = 'library';

/**
 * @typedef {{url: string, name: string, type: string, bytes: number, sha256: string, slices: string[]}} MediaFile
 * @typedef {object} Item
 * @property {string} id
 * @property {'episode' | 'film' | 'sounds'} kind
 * @property {string} show
 * @property {string} title
 * @property {string} text
 * @property {string} [credit]
 * @property {number} [seconds]
 * @property {{title: string, at: number}[]} [chapters]
 * @property {number} bytes
 * @property {MediaFile[]} files
 */

/** @returns {Promise<{slice: number, items: Item[]}>} */
export async function loadLibrary() {
  const response = await fetch('/library.json');
  if (!response.ok) throw new Error(`the library answers ${response.status}`);
  const { media, slice, items } = await response.json();
  for (const file of items.flatMap((item) => item.files)) file.url = new URL(file.path, media).href;
  return { slice, items };
}

/** @param {Item} item */
export async function isStored(item) {
  const cache = await caches.open(CACHE);
  const urls = new Set((await cache.keys()).map((request) => request.url));
  return item.files.every((file) => urls.has(file.url));
}

/** @param {Item} item */
export async function remove(item) {
  const cache = await caches.open(CACHE);
  await Promise.all(item.files.map((file) => cache.delete(file.url, { ignoreVary: true })));
}

/** @param {MediaFile} file */
export async function storedBlob(file) {
  const cache = await caches.open(CACHE);
  const response = await cache.match(file.url, { ignoreVary: true });
  return response?.blob();
}
