/** Random numbers that a seed repeats. Each subject has a stream of its own, so that none depends on the time that others take. */

/** @typedef {ReturnType<typeof stream>} Random */

/** @param {string} name of the stream, the seed included */
export function stream(name) {
  const next = mulberry32(hash(name));
  const random = {
    /** From 0 to 1, excluded. */
    next,
    /** @param {number} probability */
    chance: (probability) => next() < probability,
    /** From `least` to `most`, both included. @param {number} least @param {number} most */
    integer: (least, most) => least + Math.floor(next() * (most - least + 1)),
    /** As often of each order of magnitude. @param {number} least above 0 @param {number} most */
    logarithmic: (least, most) => Math.exp(Math.log(least) + next() * (Math.log(most) - Math.log(least))),
    /** The time to the next of events that happen independently. @param {number} mean */
    pause: (mean) => -Math.log(1 - next()) * mean,
    /** @template T @param {readonly T[]} list */
    pick: (list) => list[Math.floor(next() * list.length)],
    /** One of the keys, as often as its weight says. @param {Record<string, number>} weights */
    weighted(weights) {
      const entries = Object.entries(weights);
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const found = entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0];
      return found[0];
    },
  };
  return random;
}

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** @param {number} seed @returns {() => number} */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
