/** To play a film of the library from another place: the first bytes of a range of it. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 2048 * MIB }) => [
  large(size, { action: 'seek', unit: 'ms', needs: { library: true }, rivals: { server: 1.5 } }),
];
