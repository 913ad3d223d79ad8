/** What one would write for many files: six at a time, as many as browsers have connections for over HTTP/1.1. */
import { sizeOf } from '../seat.mjs';

const AT_A_TIME = 6;

/** @type {import('../contender.mjs').Contender} */
export default {
  name: 'loop',
  title: `cache.put(await fetch()), ${AT_A_TIME} at a time`,
  seat: 'ours',

  async download(seat, job) {
    const { ms } = await seat.plain(job, AT_A_TIME);
    return { ms, size: sizeOf(job), count: job.count };
  },

  async memory(seat, job) {
    const { ms, peak } = await seat.peak(() => seat.plain(job, AT_A_TIME, 'none'));
    return { ms, size: sizeOf(job), count: job.count, peak };
  },
};
