/** As many bytes of script as the polyfill has, which do nothing: what it costs to load them at all. */
import { STARTS } from '../contender.mjs';
import { middle } from '../figures.mjs';

/** @type {import('../contender.mjs').Contender} */
export default {
  name: 'filler',
  title: 'a comment of the same length',
  seat: 'ours',

  async start(seat) {
    const times = [];
    for (let at = 0; at < STARTS; at++) times.push((await seat.start()).filler);
    return { ms: middle(times) };
  },
};
