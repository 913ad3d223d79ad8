/** What every start of a worker pays, that has nothing to do: our own script, without what it takes to load it. */
import { brief } from '../cases.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = () => [
  brief({ title: 'a worker starts', action: 'start', relation: 'difference', rivals: { filler: 2 } }),
];
