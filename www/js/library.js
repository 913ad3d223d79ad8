/** What there is to hear, see and look at, and what of it the elements are told. */

/**
 * @typedef {{url: string, path: string, name: string, type: string, bytes: number, sha256: string, slices: string[]}} MediaFile
 * @typedef {object} Item
 * @property {string} id also that of its background fetch
 * @property {'episode' | 'film' | 'sounds' | 'model' | 'map'} kind
 * @property {string} show
 * @property {string} title
 * @property {string} text
 * @property {string} [credit]
 * @property {number} [seconds]
 * @property {string} [plays] what a browser must be able to play, with its codec
 * @property {{title: string, at: number}[]} [chapters]
 * @property {{columns: number, rows: number, tile: number}} [grid]
 * @property {number} bytes
 * @property {MediaFile[]} files
 * @property {string[]} urls of all files
 * @typedef {{media: string, slice: number, items: Item[]}} Library `media` is where the files are, `slice` of how many bytes
 * a digest is
 */

/** @returns {Promise<Library>} */
export async function loadLibrary() {
  const response = await fetch('/library.json');
  if (!response.ok) throw new Error(`the library answers ${response.status}`);
  const library = await response.json();
  for (const item of library.items) {
    for (const file of item.files) file.url = new URL(file.path, library.media).href;
    item.urls = item.grid ? tiles(item, library.media) : item.files.map(({ url }) => url);
  }
  return library;
}

/** Row by row. @param {Item} item @param {string} media */
function tiles({ id, grid: { columns, rows } }, media) {
  return Array.from({ length: columns * rows }, (_, i) => {
    return new URL(`${id}/${i % columns}-${Math.floor(i / columns)}.png`, media).href;
  });
}

/** For the elements. @param {Item} item */
export const describe = (item) => ({
  title: item.title,
  icon: `/art/${item.id}.svg`,
  href: `#item-${item.id}`,
  downloadTotal: item.bytes,
  requests: item.kind === 'model' ? item.files.map(verified) : item.urls,
});

/** What code trusts is verified before anybody sees it. @param {MediaFile} file */
function verified({ url, sha256 }) {
  const bytes = sha256.match(/../g)?.map((digits) => Number.parseInt(digits, 16)) ?? [];
  return new Request(url, { integrity: `sha256-${btoa(String.fromCharCode(...bytes))}` });
}
