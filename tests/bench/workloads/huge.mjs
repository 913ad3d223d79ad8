/** One that is larger than what 31 bits count, and than what many devices have of memory. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 2048 * MIB }) => [
  large(size, { rivals: { plain: { chromium: 1.2, firefox: 1.1, webkit: 1.5 } } }),
];
