/** The worker is killed when half is sent: how long the rest takes, and what is sent twice for it. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 64 * MIB }) => [
  large(size, {
    title: 'limited, killed at the half',
    action: 'resume',
    unit: 'ms',
    job: { limited: true },
    needs: { node: true },
    rivals: { plain: null },
  }),
];
