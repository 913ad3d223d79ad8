/** To find one response among many. */
import { KIB, many } from '../cases.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ files = 10_000 }) => [
  many(files, KIB, { action: 'match', unit: 'ms', needs: { node: true }, rivals: { plain: null } }),
];
