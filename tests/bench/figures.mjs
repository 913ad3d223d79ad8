/** From samples to the few figures that are printed. */

const MIB = 2 ** 20;

/** @typedef {{min: number, median: number, max: number}} Spread */

/** @param {number[]} values @returns {Spread} */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { min: sorted[0], median, max: sorted[sorted.length - 1] };
}

/**
 * @typedef {object} Pair one run of the browser's own way, and the next of ours
 * @property {number} plainMs
 * @property {number} ms
 * @property {number} readMs
 * @property {number} sentOverSize
 * @property {number} requests
 * @property {number} progressEvents
 * @property {number} load of the machine, over the last minute
 */

/** Ratios are of speeds: above 1, ours is the faster one. @param {Pair[]} pairs @param {number} size bytes in each */
export function figures(pairs, size) {
  const of = (/** @type {(pair: Pair) => number} */ value) => spread(pairs.map(value));
  const speed = (/** @type {number} */ ms) => (size / MIB / ms) * 1000;
  return {
    plain: of(({ plainMs }) => speed(plainMs)),
    background: of(({ ms }) => speed(ms)),
    ratio: of(({ plainMs, ms }) => plainMs / ms),
    read: of(({ readMs }) => speed(readMs)),
    readRatio: of(({ plainMs, readMs }) => plainMs / readMs),
    sentOverSize: of(({ sentOverSize }) => sentOverSize),
    requests: of(({ requests }) => requests),
  };
}

const rows = /** @type {const} */ ([
  ['plain', 'cache.put(await fetch()), MiB/s', 0],
  ['background', 'background fetch, MiB/s', 0],
  ['ratio', 'ratio of the two, pair by pair', 2],
  ['read', 'stored again by the app, MiB/s', 0],
  ['readRatio', 'ratio of that to cache.put(await fetch())', 2],
  ['sentOverSize', 'bytes sent by the server ÷ size', 3],
  ['requests', 'requests', 0],
]);

/** @param {string} title @param {ReturnType<typeof figures>} result */
export function table(title, result) {
  const head = [title.padEnd(44), ...['min', 'median', 'max'].map((name) => name.padStart(8))].join('');
  const lines = rows.map(([key, text, digits]) => {
    const { min, median, max } = result[key];
    return [`  ${text}`.padEnd(44), ...[min, median, max].map((value) => value.toFixed(digits).padStart(8))].join('');
  });
  return [head, ...lines].join('\n');
}
