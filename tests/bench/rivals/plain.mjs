/** What one would write instead: the worker waits for each file, one after the other. */
import { callTimes, some } from '../contender.mjs';
import { middle } from '../figures.mjs';
import { sizeOf } from '../seat.mjs';

const AT_A_TIME = 1;

/** @type {import('../contender.mjs').Contender} */
export default {
  name: 'plain',
  title: 'cache.put(await fetch())',
  seat: 'ours',

  async download(seat, job) {
    const { ms } = await seat.plain(job, AT_A_TIME);
    return { ms, size: sizeOf(job), count: job.count };
  },

  async memory(seat, job) {
    const { ms, peak } = await seat.peak(() => seat.plain(job, AT_A_TIME, 'none'));
    return { ms, size: sizeOf(job), count: job.count, peak };
  },

  /** What is whole in a cache, put into another. */
  async readback(seat, job) {
    const { urls } = await seat.next(job);
    const { ms } = await seat.ask('putAgain', urls[0]);
    return { ms, size: sizeOf(job), count: job.count };
  },

  /** It begins again, as soon as the worker is dead. */
  async resume(seat, job) {
    const { ms } = await seat.killed(
      job,
      (_, urls) => ['plain', urls, AT_A_TIME, 'none'],
      (urls) => seat.ask('plain', urls, AT_A_TIME, 'none'),
    );
    return { ms };
  },

  /** A message to the worker, which fetches. */
  async call(seat) {
    return { ms: middle(await callTimes(seat, (_, urls) => ['callPlain', urls])) };
  },

  async match(seat, job) {
    const { cache } = await seat.records(job);
    return { ms: middle(await seat.ask('match', some(cache), 'cache')) };
  },
};
