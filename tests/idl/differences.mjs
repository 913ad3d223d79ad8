/**
 * Checks that are known to fail, and why. Each must fail wherever it is said to: one that passes there is
 * reported, so that this list stays true.
 *
 * @typedef {object} Difference
 * @property {RegExp} [browsers] all by default
 * @property {RegExp} [globals] all by default
 * @property {RegExp} checks names
 * @property {string} why
 */
const OURS = /^(chromium|firefox|webkit)$/;
const NATIVE = /^chromium-native$/;

/** @type {Difference[]} */
export const differences = [
  {
    checks: /: an id, a lone surrogate$/,
    why: 'the engine keeps ids as UTF-8, in which there is none; Chromium’s own does, too',
  },
  {
    browsers: OURS,
    checks: /^backgroundfetch\w+: is trusted$/,
    why: 'no script can make a trusted event',
  },
  {
    browsers: OURS,
    checks: /^backgroundfetch\w+: has nothing of its own$/,
    why: 'the native waitUntil() refuses an event that a script made, so that each has one of its own',
  },
  {
    browsers: NATIVE,
    checks: /: (an iterable, asked no more than needed|an item that is refused, after which nothing is asked)$/,
    why: 'it takes the value of a step before it asks whether that was the last',
  },
  {
    browsers: NATIVE,
    checks: /icons: items are converted as they come$/,
    why: 'it takes all items before it converts the first',
  },
  {
    browsers: NATIVE,
    checks:
      /icons, an item: (a function with members|an array with members|inherited members|members of an object without a prototype|\w+ throws when it is read, after those before it|src is missing)$/,
    why: 'its icons have other members: platform, purpose, sizes, src, type',
  },
  {
    browsers: NATIVE,
    checks:
      /icons, an item, label: (what asks for the hint|toString .*|a symbol|an object without toString|@@toPrimitive .*|a getter of @@toPrimitive that throws)$/,
    why: 'its icons have no label',
  },
  {
    browsers: NATIVE,
    checks: /^getIds\(\) gives a list of the app’s own$/,
    why: 'its list is frozen',
  },
  {
    browsers: NATIVE,
    globals: /^service$/,
    checks:
      /^(fetch\(\)|match\(\): |getIds\(\) |results |an empty list |BackgroundFetchManager\.fetch\(\): options(: (undefined|null)|, downloadTotal: undefined is none)$)/,
    why: 'workers may not start fetches without a permission',
  },
  {
    browsers: NATIVE,
    checks: /^BackgroundFetchUpdateUIEvent(\.updateUI\(\): options: undefined|: one that a script made cannot update)$/,
    why: 'updateUI() of an event that a script made gives undefined',
  },
];
