/** Sends a planned response piece by piece, at its pace, counting what the kernel took. */
import { fileBytes } from './content.mjs';
import { Pace, sleep } from './throttle.mjs';

/**
 * At a time. Over HTTP/2 as much as one frame holds, and a client that has no room takes: a piece counts when
 * all of it has gone out, and nothing of a piece whose stream ends before.
 */
const PIECE = { h1: 64 * 1024, h2: 16 * 1024 };
/** What was written before a reset should arrive: a reset throws away what is still queued. */
const DRAIN_MS = 50;

/**
 * @param {import('./exchange.mjs').Exchange} exchange
 * @param {import('./faults.mjs').Plan} plan
 * @param {import('./origin.mjs').Entry} entry
 * @param {Pace} originPace
 */
export async function sendPlan(exchange, plan, entry, originPace) {
  if (plan.delay) await sleep(plan.delay);
  if (exchange.isOver) return;
  if (plan.refuse) return breakOff(exchange, 'refuse', entry);
  entry.status = plan.status;
  exchange.head(plan.status, plan.headers, Boolean(plan.bodyDelay || plan.stop));
  if (plan.bodyDelay) await sleep(plan.bodyDelay);
  const length = plan.body === null || entry.method === 'HEAD' ? 0 : bodyLength(plan.body);
  const send = bodySender(exchange, plan, entry, [originPace, new Pace(plan.rate)]);
  const stop = plan.stop && plan.stop.after < length ? plan.stop : null;
  if (!(await send(0, stop ? stop.after : length))) return;
  if (stop && !((await interrupt(exchange, stop, entry)) && (await send(stop.after, length)))) return;
  entry.done = true;
  exchange.end();
}

const bodyLength = (body) => (Buffer.isBuffer(body) ? body.length : body.end - body.start);

/**
 * @param {import('./exchange.mjs').Exchange} exchange @param {import('./faults.mjs').Plan} plan
 * @param {import('./origin.mjs').Entry} entry @param {Pace[]} paces
 */
function bodySender(exchange, { body }, entry, paces) {
  const bytes = (/** @type {number} */ start, /** @type {number} */ end) =>
    Buffer.isBuffer(body) ? body.subarray(start, end) : fileBytes(body.seed, body.start + start, body.start + end);
  /** @returns {Promise<boolean>} whether all of it went out */
  return async (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let at = from; at < to; ) {
      const size = paces.reduce((most, pace) => pace.pieceSize(most), Math.min(PIECE[exchange.protocol], to - at));
      await Promise.all(paces.map((pace) => pace.take(size)));
      if (exchange.isOver) return false;
      // One piece at a time: nothing is counted or generated that the kernel has not taken.
      if (!(await exchange.write(bytes(at, at + size)))) return false;
      entry.bytesSent += size;
      at += size;
    }
    return !exchange.isOver;
  };
}

/** @param {import('./exchange.mjs').Exchange} exchange @param {import('./faults.mjs').Stop} stop @returns {Promise<boolean>} whether the body goes on */
async function interrupt(exchange, { how, pause }, entry) {
  if (how === 'silence') {
    // For ever, unless it is told for how long.
    if (pause !== null) await sleep(pause);
    return pause !== null;
  }
  await breakOff(exchange, how, entry);
  return how === 'goaway-drain';
}

/** @param {import('./exchange.mjs').Exchange} exchange @param {import('./exchange.mjs').Break} how */
async function breakOff(exchange, how, entry) {
  if (how !== 'goaway-drain') entry.done = true;
  if (how !== 'end') await sleep(DRAIN_MS);
  exchange.breakOff(how);
}
