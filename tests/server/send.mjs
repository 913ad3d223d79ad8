/** Puts a planned response on its socket, piece by piece, at its pace, counting what the kernel took. */
import { fileBytes } from './content.mjs';
import { Pace, sleep } from './throttle.mjs';

const PIECE = 64 * 1024;
/** What was written before a reset should arrive: a reset throws away what is still queued. */
const DRAIN_MS = 50;

/**
 * @param {import('node:http').ServerResponse} res
 * @param {import('./faults.mjs').Plan} plan
 * @param {import('./origin.mjs').Entry} entry
 * @param {Pace} originPace
 */
export async function sendPlan(res, plan, entry, originPace) {
  if (plan.delay) await sleep(plan.delay);
  if (res.destroyed) return;
  entry.status = plan.status;
  res.writeHead(plan.status, plan.headers);
  const length = plan.body === null || entry.method === 'HEAD' ? 0 : bodyLength(plan.body);
  if (plan.bodyDelay || plan.stop) res.flushHeaders();
  if (plan.bodyDelay) await sleep(plan.bodyDelay);
  const stop = plan.stop && plan.stop.after < length ? plan.stop : null;
  const paces = [originPace, new Pace(plan.rate)];
  if (!(await sendBody(res, plan.body, stop ? stop.after : length, paces, entry))) return;
  if (stop) await breakOff(res, stop.how, entry);
  else finish(res, entry);
}

const bodyLength = (body) => (Buffer.isBuffer(body) ? body.length : body.end - body.start);

/** @returns {Promise<boolean>} whether all of it went out */
async function sendBody(res, body, length, paces, entry) {
  for (let at = 0; at < length; ) {
    const size = paces.reduce((most, pace) => pace.pieceSize(most), Math.min(PIECE, length - at));
    await Promise.all(paces.map((pace) => pace.take(size)));
    if (res.destroyed) return false;
    const piece = Buffer.isBuffer(body) ? body.subarray(at, at + size) : fileBytes(body.seed, body.start + at, body.start + at + size);
    // One piece at a time: nothing is counted or generated that the kernel has not taken.
    if (!(await write(res, piece))) return false;
    entry.bytesSent += size;
    at += size;
  }
  return !res.destroyed;
}

/** @returns {Promise<boolean>} */
function write(res, piece) {
  return new Promise((resolve) => {
    const closed = () => resolve(false);
    res.once('close', closed);
    res.write(piece, (error) => {
      res.off('close', closed);
      resolve(!error);
    });
  });
}

function finish(res, entry) {
  entry.done = true;
  res.end();
}

/** @param {'reset' | 'end' | 'hang'} how */
async function breakOff(res, how, entry) {
  if (how === 'hang') return;
  entry.done = true;
  if (how === 'end') {
    // A clean end of the connection, before the length that was promised. `end()` of the response
    // would add the last chunk of a chunked body and make it whole.
    res.socket?.end();
    return;
  }
  await sleep(DRAIN_MS);
  res.socket?.resetAndDestroy();
}
