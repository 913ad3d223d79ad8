/** Many small files: what each of them costs. Ten times as many shall take eleven times as long at most. */
import { KIB, many } from '../cases.mjs';

const loop = { chromium: 0.9, firefox: 1, webkit: 0.8 };

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ files }) => [
  many(files ?? 1_000, 4 * KIB, { rivals: { loop, native: 20 } }),
  ...(files ? [] : [many(10_000, 4 * KIB, { rivals: { loop } })]),
];
