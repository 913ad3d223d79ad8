/** One large file, as fast as the server gives it. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 256 * MIB }) => [
  large(size, { rivals: { plain: { chromium: 1.2, firefox: 1.1, webkit: 1.5 }, native: 1.6 } }),
];
