/** What `npm run bench` may be told. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { PlainError } from '../../scripts/lib/run.mjs';
import { ENGINES } from '../harness/launch.mjs';
import { MIB } from './figures.mjs';
import { KINDS, PROTOCOLS } from './server.mjs';

/** Fewer say little of a machine that does something else, too. */
const RUNS = '5';

/**
 * @typedef {object} Options
 * @property {typeof ENGINES[number][]} browsers
 * @property {typeof PROTOCOLS[number][]} protocols
 * @property {string[]} only names of workloads
 * @property {number} runs
 * @property {number | undefined} size bytes of the large files, in the place of each workload's own
 * @property {number | undefined} files how many small ones, likewise
 * @property {typeof KINDS[number]} server
 * @property {string} dist @property {string | undefined} base folders of builds: ours, and one to compare with
 * @property {string | undefined} json
 * @property {boolean} verbose
 */

/** @param {string[]} args @param {string[]} workloads the names of those that there are @returns {Options} */
export function parse(args, workloads) {
  const { values } = parseArgs({
    args,
    options: {
      browser: { type: 'string', default: 'chromium' },
      protocol: { type: 'string', default: 'h1' },
      only: { type: 'string' },
      runs: { type: 'string', default: RUNS },
      size: { type: 'string' },
      files: { type: 'string' },
      server: { type: 'string', default: 'auto' },
      dist: { type: 'string', default: fromRoot('dist') },
      base: { type: 'string' },
      json: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const size = count('size', values.size);
  return {
    browsers: listOf('browser', values.browser, ENGINES),
    protocols: listOf('protocol', values.protocol, PROTOCOLS),
    only: values.only === undefined ? workloads : listOf('only', values.only, workloads),
    runs: /** @type {number} */ (count('runs', values.runs)),
    size: size && size * MIB,
    files: count('files', values.files),
    server: listOf('server', values.server, KINDS)[0],
    dist: resolve(values.dist),
    base: values.base && resolve(values.base),
    json: values.json,
    verbose: values.verbose,
  };
}

/** @template {string} T @param {string} option @param {string} text @param {readonly T[]} allowed @returns {T[]} */
function listOf(option, text, allowed) {
  const words = text.split(',');
  if (words.every((word) => allowed.includes(/** @type {T} */ (word)))) return /** @type {T[]} */ (words);
  throw new PlainError(`--${option} takes ${allowed.join(', ')}.`);
}

/** @param {string} option @param {string | undefined} text */
function count(option, text) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new PlainError(`--${option} takes a whole number above 0.`);
}
