/** The server, with the same request from the same page, whose worker sees it and leaves it to the browser. */
import { middle } from '../figures.mjs';

/** @type {import('../contender.mjs').Contender} */
export default {
  name: 'server',
  title: 'the same range from the server',
  seat: 'ours',

  async seek(seat, job) {
    const { urls } = await seat.next({ ...job, limited: false });
    return { ms: middle(await seat.seek(urls[0], job)) };
  },
};
