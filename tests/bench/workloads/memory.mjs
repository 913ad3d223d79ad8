/** The most that the browser takes above what it takes when idle: all its processes, what they share counted once. */
import { KIB, large, many } from '../cases.mjs';
import { MIB } from '../figures.mjs';

const memory = /** @type {const} */ ({ action: 'memory', unit: 'MiB', relation: 'difference', fresh: true });

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 2048 * MIB, files = 10_000 }) => [
  large(size, { ...memory, rivals: { plain: 96 } }),
  many(files, 4 * KIB, { ...memory, rivals: { loop: null } }),
];
