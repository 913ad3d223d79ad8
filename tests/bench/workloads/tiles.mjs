/** A map, for when there is no network. */
import { many } from '../cases.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ files = 2_000 }) => [many(files, 20_000, { rivals: { loop: null } })];
