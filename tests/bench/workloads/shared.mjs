/** A line that all connections share: several bring no more than one, and may not cost anything. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';
import { LIMIT } from '../served.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 256 * MIB }) => [
  large(size, { needs: { node: true, throttle: LIMIT }, rivals: { plain: 0.97 } }),
];
