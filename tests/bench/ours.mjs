/** A background fetch of this build. */
import { callTimes, STARTS, some } from './contender.mjs';
import { MIB, middle } from './figures.mjs';
import { sizeOf } from './seat.mjs';

/** @type {import('./contender.mjs').Contender} */
export default {
  name: 'ours',
  title: 'background fetch',
  seat: 'ours',

  async download(seat, job, run) {
    // What is stored is looked at once, byte by byte: the clock has stopped then.
    return sampleOf(job, await seat.background(job, run === 1 ? 'digests' : 'sizes'));
  },

  async memory(seat, job) {
    const outcome = await seat.peak(() => seat.background(job, 'none'));
    const sample = sampleOf(job, outcome);
    return { ...sample, peak: outcome.peak, extras: { ...sample.extras, 'wasm MiB': outcome.wasm / MIB } };
  },

  async readback(seat, job) {
    const { storeMs } = await seat.background(job, 'store');
    return { ms: storeMs, size: sizeOf(job), count: job.count };
  },

  async resume(seat, job) {
    const { ms, againMs, twice } = await seat.killed(
      job,
      (key, urls) => ['background', key, 'sizes', urls, sizeOf(job)],
      () => seat.end(),
    );
    return { ms, extras: { 'first request, ms': againMs, 'sent twice, KiB': Math.round(twice / 1024) } };
  },

  async call(seat) {
    const times = await callTimes(seat, (key, urls) => ['callBackground', key, urls]);
    return { ms: middle(times) };
  },

  async start(seat) {
    const times = [];
    for (let at = 0; at < STARTS; at++) times.push((await seat.start()).polyfill);
    return { ms: middle(times) };
  },

  async match(seat, job) {
    const { held } = await seat.records(job);
    return { ms: middle(await seat.ask('match', some(held), 'held')) };
  },

  /** Of the library. */
  async seek(seat, job) {
    const { url, keepMs, grown } = await seat.kept(job);
    const { times, peak } = await seat.peak(async () => ({ times: await seat.seek(url, job) }));
    const extras = { 'keep, ms': keepMs, 'storage grown, MiB': grown / MIB, 'memory, MiB': peak / MIB };
    return { ms: middle(times), extras };
  },
};

/** @param {import('./served.mjs').Job} job */
function sampleOf(job, { ms, bytes, requests }) {
  const size = sizeOf(job);
  return { ms, size, count: job.count, extras: { 'sent ÷ size': bytes / size, requests } };
}
