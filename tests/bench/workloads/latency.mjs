/** A server that is far away: each answer comes a tenth of a second late. */
import { KIB, large, many } from '../cases.mjs';
import { MIB } from '../figures.mjs';

const far = { job: { delay: 100 }, needs: { node: true } };

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 256 * MIB, files = 1_000 }) => [
  large(size, { ...far, rivals: { plain: 1 } }),
  many(files, 4 * KIB, { ...far, rivals: { loop: null } }),
];
