/** Chromium's own Background Fetch, in a browser and on a page that know nothing of the polyfill. */
import ours from '../ours.mjs';

/** It takes up to a third of a second for each: files a second of these say what they would of a thousand. */
const MOST_FILES = 30;

/** @type {import('../contender.mjs').Contender} */
export default {
  name: 'native',
  title: 'Chromium’s own Background Fetch',
  seat: 'native',
  download: (seat, job, run) => ours.download(seat, { ...job, count: Math.min(job.count, MOST_FILES) }, run),
};
