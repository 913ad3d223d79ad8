/** Files that are sent: each is an upload of its own, and may be begun without a network. */
import { megabytes } from './format.js';

const PREFIX = 'outbox ';
/** Pixels of the picture that is made here. */
const [WIDTH, HEIGHT] = [1600, 1200];

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

export class Outbox {
  #registration;
  #inbox;
  #log;
  /** Those of this visit can be sent again. @type {Map<string, File>} */
  #files = new Map();

  /** @param {ServiceWorkerRegistration} registration @param {string} media @param {(text: string) => void} log */
  constructor(registration, media, log) {
    this.#registration = registration;
    this.#inbox = new URL('inbox/', media);
    this.#log = log;
    byId('outbox-files').addEventListener('change', ({ target }) => {
      const input = /** @type {HTMLInputElement} */ (target);
      for (const file of input.files ?? []) this.#send(file);
      input.value = '';
    });
    byId('outbox-picture').addEventListener('click', async () => this.#send(await makePicture()));
    new BroadcastChannel('night-ferry').addEventListener('message', ({ data }) => data.type === 'sent' && this.#look());
    this.#look();
  }

  /** For the elements. @param {string} id */
  describe(id) {
    if (!id.startsWith(PREFIX)) return undefined;
    const file = this.#files.get(id);
    // After the number that makes it unique.
    const title = id.slice(PREFIX.length).replace(/^\d+ /, '');
    return { title, href: '#outbox', ...(file && { requests: [this.#request(file)] }) };
  }

  /** @param {File} file */
  async #send(file) {
    const id = `${PREFIX}${Date.now()} ${file.name}`;
    this.#files.set(id, file);
    this.#log(`sends ${file.name}, ${megabytes(file.size)}`);
    try {
      await this.#registration.backgroundFetch.fetch(id, this.#request(file), { title: file.name });
    } catch (error) {
      this.#log(`${file.name} cannot be sent: ${error.message}`);
    }
  }

  /** @param {File} file */
  #request(file) {
    return new Request(new URL(encodeURIComponent(file.name), this.#inbox), { method: 'PUT', body: file });
  }

  /** What the server has got. */
  async #look() {
    try {
      const letters = await (await fetch('/inbox', { cache: 'no-store' })).json();
      byId('inbox').replaceChildren(...letters.map(line));
      byId('inbox-empty').hidden = letters.length > 0;
    } catch {
      // Without a network nobody knows.
    }
  }
}

/** @param {{name: string, bytes: number, sha256: string}} letter */
function line({ name, bytes, sha256 }) {
  const element = document.createElement('li');
  element.textContent = `${name} · ${megabytes(bytes)} · SHA-256 ${sha256.slice(0, 12)}…`;
  return element;
}

/** For those who have no file at hand: the sky of tonight. */
async function makePicture() {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const sky = context.createLinearGradient(0, 0, 0, HEIGHT);
  sky.addColorStop(0, '#0d1f3c');
  sky.addColorStop(1, '#f2a65a');
  context.fillStyle = sky;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = '#fdf3dc';
  for (let star = 0; star < 4_000; star++)
    context.fillRect(Math.random() * WIDTH, Math.random() ** 2 * HEIGHT, Math.random() * 4, Math.random() * 4);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  const name = `sky-${new Date().toTimeString().slice(0, 8).replaceAll(':', '')}.png`;
  return new File([blob], name, { type: 'image/png' });
}
