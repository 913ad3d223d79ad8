/** Files of another origin, which tells the app all about them, or only what every origin has to. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 256 * MIB }) =>
  [false, true].flatMap((hidden) => {
    const title = hidden ? 'no header exposed' : 'headers exposed';
    return [
      large(size, { title, job: { other: true, hidden }, rivals: { plain: null } }),
      large(size, {
        title: `${title}, limited`,
        job: { other: true, hidden, limited: true },
        rivals: { plain: 3.2 },
      }),
    ];
  });
