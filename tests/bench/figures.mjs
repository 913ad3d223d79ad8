/** From samples to the few figures that are printed. */

export const MIB = 2 ** 20;

/** @typedef {{min: number, median: number, max: number}} Spread */

/** @param {number[]} values @returns {Spread} */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { min: sorted[0], median, max: sorted[sorted.length - 1] };
}

/**
 * The mean of the middle half: of times that a browser tells by the millisecond, where a median would be one of very
 * few values, and a mean one that a single pause decides.
 * @param {number[]} values
 */
export function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const half = sorted.slice(cut, sorted.length - cut);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}

/**
 * What one run of one contender has given.
 *
 * @typedef {object} Sample
 * @property {number} [ms]
 * @property {number} [size] bytes of all files together
 * @property {number} [count] files
 * @property {number} [peak] bytes of memory above what an idle browser takes
 * @property {Record<string, number>} [extras] more that is worth a line
 */

/** In what a sample is told, and whether more of it is better. */
export const UNITS = {
  'MiB/s': { of: ({ size, ms }) => (size / MIB / ms) * 1000, better: 'more' },
  'files/s': { of: ({ count, ms }) => (count / ms) * 1000, better: 'more' },
  ms: { of: ({ ms }) => ms, better: 'less' },
  MiB: { of: ({ peak }) => peak / MIB, better: 'less' },
};

/**
 * Ours against one rival, run by run: what the machine does beside it, it does to both.
 *
 * @typedef {object} Result
 * @property {string} workload
 * @property {string} title of the case
 * @property {string} rival
 * @property {keyof typeof UNITS} unit
 * @property {'ratio' | 'difference'} relation ours ÷ rival's, or ours − rival's
 * @property {'more' | 'less'} better
 * @property {number | null} aim
 * @property {number} runs
 * @property {Spread} figure the relation of the two
 * @property {Spread} ours
 * @property {Spread} theirs
 * @property {Record<string, Spread>} extras of ours
 *
 * @param {{workload: string, title: string, unit: keyof typeof UNITS, relation: 'ratio' | 'difference'}} of
 * @param {{name: string, aim: number | null}} rival @param {Sample[]} ours @param {Sample[]} theirs
 * @returns {Result}
 */
export function compare({ workload, title, unit, relation }, { name, aim }, ours, theirs) {
  const { of, better } = UNITS[unit];
  const [own, other] = [ours.map(of), theirs.map(of)];
  const relate = relation === 'ratio' ? (a, b) => a / b : (a, b) => a - b;
  const extras = Object.keys(ours[0].extras ?? {}).map((key) => [key, spread(ours.map((each) => each.extras[key]))]);
  return {
    ...{ workload, title, rival: name, unit, relation, better, aim, runs: ours.length },
    figure: spread(own.map((value, run) => relate(value, other[run]))),
    ours: spread(own),
    theirs: spread(other),
    extras: Object.fromEntries(extras),
  };
}

/** Whether a result is as good as was promised; null where nothing was. @param {Result} result */
export function meets({ aim, better, figure }) {
  if (aim === null) return null;
  return better === 'more' ? figure.median >= aim : figure.median <= aim;
}
