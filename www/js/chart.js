/** The chart: two thousand tiles that are one download, drawn from what is kept. */
import { supports } from '/dist/extras.mjs';
import { library, match } from '/dist/offline.mjs';
import { Watch } from './watch.js';

/** Drawings of tiles that stay in memory. */
const MOST_TILES = 200;
/** How far the arrows go, in tiles. */
const STEP = 3;

/** @param {import('./library.js').Library} library @param {(text: string) => void} log */
export function startChart({ items }, log) {
  const item = items.find(({ kind }) => kind === 'map');
  if (!item) return;
  const section = /** @type {HTMLElement} */ (document.getElementById(`item-${item.id}`));
  section.hidden = false;
  watchDownload(section, log);
  new Chart(item, section);
}

/** Says how smooth the page was while the tiles came. @param {HTMLElement} section @param {(text: string) => void} log */
function watchDownload(section, log) {
  const button = /** @type {HTMLElement} */ (section.querySelector('background-fetch-button'));
  const facts = /** @type {HTMLElement} */ (section.querySelector('.facts'));
  if (supports('native')) facts.textContent = 'This browser’s own API takes minutes for so many files.';
  /** @type {Watch | undefined} */
  let watch;
  button.addEventListener('getrequest', () => {
    watch?.stop();
    watch = new Watch();
  });
  const look = () => {
    if (!watch || (button.dataset.state !== 'done' && button.dataset.state !== 'failed')) return;
    watch.stop();
    const { longest } = watch;
    watch = undefined;
    section.dataset.longest = String(longest);
    facts.textContent = `The longest task of this page meanwhile: ${longest ? `${longest} ms` : 'below 50 ms'}.`;
    log(facts.textContent);
  };
  new MutationObserver(look).observe(button, { attributeFilter: ['data-state'] });
}

class Chart {
  #item;
  #grid;
  #canvas;
  #where;
  /** Pixels of the chart that are left of and above what is shown. */
  #left = 0;
  #top = 0;
  /** By URL; the oldest first. @type {Map<string, Promise<ImageBitmap | undefined>>} */
  #drawings = new Map();
  #turn = 0;

  /** @param {import('./library.js').Item} item @param {HTMLElement} section */
  constructor(item, section) {
    this.#item = item;
    this.#grid = /** @type {{columns: number, rows: number, tile: number}} */ (item.grid);
    this.#canvas = /** @type {HTMLCanvasElement} */ (section.querySelector('canvas'));
    this.#where = /** @type {HTMLElement} */ (section.querySelector('.where'));
    const { columns, rows, tile } = this.#grid;
    this.#left = (columns * tile) / 2;
    this.#top = (rows * tile) / 2;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll('[data-x]'))) {
      const [x, y] = [Number(button.dataset.x), Number(button.dataset.y)];
      button.addEventListener('click', () => this.#move(x * STEP * tile, y * STEP * tile));
    }
    this.#canvas.addEventListener('pointermove', (event) => {
      if (!event.buttons) return;
      this.#canvas.setPointerCapture(event.pointerId);
      this.#move(-event.movementX, -event.movementY);
    });
    new ResizeObserver(() => this.#move(0, 0)).observe(this.#canvas);
    library.addEventListener('change', ({ detail: { name } }) => {
      if (name !== undefined && name !== item.id) return;
      this.#drawings.clear();
      this.#draw();
    });
  }

  /** @param {number} x @param {number} y */
  #move(x, y) {
    const { columns, rows, tile } = this.#grid;
    const { clientWidth, clientHeight } = this.#canvas;
    this.#left = Math.max(0, Math.min(this.#left + x, columns * tile - clientWidth));
    this.#top = Math.max(0, Math.min(this.#top + y, rows * tile - clientHeight));
    this.#draw();
  }

  async #draw() {
    const turn = ++this.#turn;
    const { columns, tile } = this.#grid;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const [left, top] = [Math.round(this.#left), Math.round(this.#top)];
    const places = [];
    for (let y = Math.floor(top / tile); y * tile < top + height; y++)
      for (let x = Math.floor(left / tile); x * tile < left + width; x++)
        places.push({ x: x * tile - left, y: y * tile - top, url: this.#item.urls[y * columns + x] });
    const drawings = await Promise.all(places.map(({ url }) => this.#drawingOf(url)));
    // It was moved on meanwhile.
    if (turn !== this.#turn) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    const context = this.#canvas.getContext('2d');
    for (const [i, { x, y }] of places.entries()) {
      const drawing = drawings[i];
      if (drawing) context?.drawImage(drawing, x, y);
    }
    const count = drawings.filter(Boolean).length;
    this.#canvas.dataset.tiles = String(count);
    const place = `${Math.floor(left / tile)} east, ${Math.floor(top / tile)} south`;
    this.#where.textContent = count ? `Shown from tile ${place} on.` : 'There is nothing of it on this device yet.';
  }

  /** @param {string} url */
  #drawingOf(url) {
    const known = this.#drawings.get(url);
    if (known) return known;
    const drawing = match(url).then(async (response) => response && createImageBitmap(await response.blob()));
    this.#drawings.set(url, drawing);
    const [oldest] = this.#drawings.keys();
    if (this.#drawings.size > MOST_TILES) this.#drawings.delete(oldest);
    return drawing;
  }
}
