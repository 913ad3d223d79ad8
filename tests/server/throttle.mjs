/** Pacing of bytes: per response (`rate=`) and per origin (`setThrottle`). */

/** Fine enough that a throttled response looks like a slow network, not like bursts. */
const STEPS_PER_SECOND = 20;
const SMALLEST_PIECE = 512;

/** @param {number} ms @returns {Promise<void>} */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** A line of fixed speed that any number of responses share. */
export class Pace {
  #freeAt = 0;

  /** @param {number} rate bytes a second; 0 is no limit */
  constructor(rate = 0) {
    this.rate = rate;
  }

  /** @param {number} rate */
  setRate(rate) {
    this.rate = rate;
    this.#freeAt = 0;
  }

  /** The largest piece that should be asked for at once. @param {number} most */
  pieceSize(most) {
    if (!this.rate) return most;
    return Math.min(most, Math.max(SMALLEST_PIECE, Math.ceil(this.rate / STEPS_PER_SECOND)));
  }

  /**
   * Resolves when `bytes` have had the time to pass: a piece is sent at the end of its time, so what
   * was written never runs ahead of the rate.
   * @param {number} bytes
   */
  async take(bytes) {
    if (!this.rate) return;
    const now = performance.now();
    this.#freeAt = Math.max(now, this.#freeAt) + (bytes / this.rate) * 1000;
    const wait = this.#freeAt - now;
    // Timers are good to a millisecond; shorter debts add up in #freeAt and are paid later.
    if (wait >= 1) await sleep(wait);
  }
}
