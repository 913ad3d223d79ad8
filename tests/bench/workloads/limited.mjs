/** A server that limits each connection: several bring more than one. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 256 * MIB }) => [large(size, { job: { limited: true }, rivals: { plain: 3.5 } })];
