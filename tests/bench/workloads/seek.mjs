/**
 * To play a film of the library from another place: the first bytes of a range of it. How it is stored goes by how fast it
 * came: once as fast as it can, and once as over a line.
 */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

const seek = /** @type {const} */ ({ action: 'seek', unit: 'ms', needs: { library: true }, rivals: { server: 1.5 } });

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 0 }) => [
  large(size || 2048 * MIB, seek),
  large(size || 256 * MIB, { ...seek, title: 'limited', job: { limited: true } }),
];
