/**
 * Who is measured: ours (ours.mjs) and its rivals (rivals/). Each has a method for what it can do; what a case calls
 * `action` is the name of one.
 *
 * @typedef {import('./figures.mjs').Sample} Sample
 * @typedef {(seat: import('./seat.mjs').Seat, job: import('./served.mjs').Job, run: number) => Promise<Sample>} Action
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} title
 * @property {import('./stage.mjs').SeatName} seat where it runs
 * @property {Action} [download] all files of the job
 * @property {Action} [memory] the same, and how much memory that takes
 * @property {Action} [readback] the body is put into a cache of the app
 * @property {Action} [resume] the worker is killed when half is sent: the rest
 * @property {Action} [call] from the call in the page to the first request at the server
 * @property {Action} [start] scripts of a worker that has nothing to do
 * @property {Action} [match] one among the records
 * @property {Action} [seek] from a place in the middle of a large file to its first bytes
 */

/** How often what takes milliseconds is done for one sample. */
export const TIMES = 20;
/** The same, where each takes a start of a worker. */
export const STARTS = 5;

/** So many files of a job, evenly distributed. @param {string[]} urls */
export const some = (urls) => Array.from({ length: TIMES }, (_, at) => urls[Math.floor((at * urls.length) / TIMES)]);

let calls = 0;

/**
 * Milliseconds from the calls to the requests, by what the page says and what the server does.
 * @param {import('./seat.mjs').Seat} seat @param {(key: string, urls: string[]) => unknown[]} ask the page for this
 */
export async function callTimes(seat, ask) {
  const key = `call${++calls}`;
  const names = Array.from({ length: TIMES }, (_, at) => `${key}-${at}`);
  const ahead = await seat.ask('clock');
  const times = await seat.ask(
    ...ask(
      key,
      names.map((name) => `${seat.server.url}/tick?n=${name}`),
    ),
  );
  const { ticks } = seat.server;
  return names.map((name, at) => /** @type {Map<string, number>} */ (ticks).get(name) - ahead - times[at]);
}
