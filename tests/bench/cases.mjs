/** What a workload consists of. */
import { MIB } from './figures.mjs';

export const KIB = 1024;

/**
 * @typedef {number | Partial<Record<typeof import('../harness/launch.mjs').ENGINES[number], number>> | null} Aim
 *
 * @typedef {object} Case
 * @property {string} title
 * @property {import('./served.mjs').Job} job
 * @property {Exclude<keyof import('./contender.mjs').Contender, 'name' | 'title' | 'seat'>} action
 * @property {keyof typeof import('./figures.mjs').UNITS} unit
 * @property {'ratio' | 'difference'} relation
 * @property {Record<string, Aim>} rivals by name, each with what is to be reached against it; null: nothing in particular
 * @property {{node?: boolean, throttle?: number, library?: boolean}} needs of the server, and of the app
 * @property {boolean} fresh each sample wants a browser that has done nothing yet
 *
 * @typedef {{size?: number | undefined, files?: number | undefined}} Sizes
 *   what the command line has in the place of the workload's own: bytes of a large file, number of small ones
 *
 * @typedef {object} Workload a file of `workloads`; its name is that of the file
 * @property {(sizes: Sizes) => Case[]} cases
 */

const DEFAULTS = /** @type {const} */ ({ action: 'download', relation: 'ratio', needs: {}, fresh: false });

/** One large file. @param {number} size @param {Partial<Omit<Case, 'job'>> & {job?: object}} rest @returns {Case} */
export const large = (size, { job = {}, title = '', ...rest }) => ({
  ...DEFAULTS,
  unit: 'MiB/s',
  rivals: {},
  ...rest,
  title: [`${size / MIB} MiB`, title].filter(Boolean).join(', '),
  job: { count: 1, size, ...job },
});

/**
 * Many small ones.
 * @param {number} count @param {number} size @param {Partial<Omit<Case, 'job'>> & {job?: object}} rest @returns {Case}
 */
export const many = (count, size, { job = {}, title = '', ...rest }) => ({
  ...DEFAULTS,
  unit: 'files/s',
  rivals: {},
  ...rest,
  title: [`${count.toLocaleString('en')} × ${sizeText(size)}`, title].filter(Boolean).join(', '),
  job: { count, size, ...job },
});

/**
 * What takes milliseconds, and downloads next to nothing.
 * @param {Partial<Case> & Pick<Case, 'title' | 'action'>} rest @returns {Case}
 */
export const brief = (rest) => ({
  ...DEFAULTS,
  unit: 'ms',
  job: { count: 0, size: 0 },
  needs: { node: true },
  rivals: {},
  ...rest,
});

const sizeText = (/** @type {number} */ size) => (size % KIB ? `${size / 1000} KB` : `${size / KIB} KiB`);
