/** Numbers as people read them. */

const mega = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes < 1e8 ? mega : whole).format(bytes / 1e6)} MB`;

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** @param {number} seconds */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** How fast a number has grown over the last seconds. */
export class Speed {
  /** @type {{at: number, value: number}[]} */
  #samples = [];

  /** @param {number} value @returns {number} per second; 0 until there is something to tell */
  update(value) {
    const at = performance.now();
    // Less than before: it was started anew.
    if (this.#samples.length && value < this.#samples[this.#samples.length - 1].value) this.#samples = [];
    this.#samples.push({ at, value });
    while (this.#samples.length > 2 && at - this.#samples[0].at > 5_000) this.#samples.shift();
    const first = this.#samples[0];
    const seconds = (at - first.at) / 1000;
    return seconds < 0.5 ? 0 : (value - first.value) / seconds;
  }
}
