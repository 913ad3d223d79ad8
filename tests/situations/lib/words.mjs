/** The words in which situations are written: what a server makes of its answer, and what is right. */
import { once } from 'node:events';
import { fileBytes } from '../../server/content.mjs';
import { parseRange } from '../../server/faults.mjs';
import { Pace } from '../../server/throttle.mjs';

export const MIB = 1 << 20;
/** Of the files of most situations: long enough to break in the middle, and about a second long. */
export const SIZE = 6 * MIB;
export const RATE = 6e6;
/** Where most bodies break. */
export const MIDDLE = 3_000_000;
/** Content of the second version, as `changeAfter` of the origin has it. */
export const SECOND = 7919;

/**
 * @typedef {import('../../server/faults.mjs').Plan} Plan
 *
 * @typedef {object} Asked a GET for a file
 * @property {number} n which one of this file, from 1 on
 * @property {number} nth which one of those with `Range`, or of those without
 * @property {boolean} isRange
 * @property {{start: number, end: number}} range what it asks for, or all
 * @property {number} age ms since the first one
 * @property {URL} url
 * @property {Record<string, string>} headers
 * @property {{seed: number, size: number, index: number}} file
 * @property {import('../../server/exchange.mjs').Exchange} exchange
 * @property {import('../../server/origin.mjs').Entry} entry
 *
 * @typedef {object} Right
 * @property {string[]} events "success", or the reasons of a failure
 * @property {((file: {seed: number, size: number}) => {seed: number, size: number})[]} versions of which the bytes may be
 * @property {number} sent times its size, of a file; a little more than what it must cost
 * @property {number} requests of a file, HEADs aside
 * @property {number} seconds twice as long is waited for
 * @property {(seen: {response: any, record: any, asked: any[]}) => string | void} check of each record: what is wrong with it
 */

/** @type {Right} */
const DEFAULTS = {
  events: ['success'],
  versions: [(file) => file],
  sent: 1.7,
  requests: 12,
  seconds: 60,
  check: () => {},
};

/** All of it comes. @param {Partial<Right>} [right] @returns {Right} */
export const comes = (right) => ({ ...DEFAULTS, ...right });

/** It fails, and says why. @param {string} reason @param {Partial<Right>} [right] @returns {Right} */
export const fails = (reason, right) => ({ ...DEFAULTS, events: [reason], sent: Infinity, ...right });

/** Where nothing better can be asked for: all of it, or a failure; but never anything else. @param {Partial<Right>} [right] @returns {Right} */
export const comesOrFails = (right) => ({ ...DEFAULTS, events: ['success', 'fetch-error', 'bad-status'], ...right });

/** @type {Right['versions']} */
export const EITHER_VERSION = [(file) => file, ({ seed, size }) => ({ seed: seed + SECOND, size })];
/** @type {Right['versions']} */
export const SECOND_VERSION = [EITHER_VERSION[1]];
/** @type {Right['versions']} */
export const NOTHING = [({ seed }) => ({ seed, size: 0 })];

/** As Chromium's and any cache's. @param {{status: number, headers: Record<string, string>}} response */
export const sayLength =
  (size) =>
  (/** @type {any} */ { response }) => {
    const said = response.headers['content-length'];
    return said === String(size) ? undefined : `Content-Length: ${said}`;
  };

/** @param {string | undefined} header @param {number} size */
export function rangeOf(header, size) {
  const range = parseRange(header, size);
  return range && range !== 'unsatisfiable' ? range : { start: 0, end: size };
}

/** The connection is reset after so many bytes of a body. @param {Plan} plan */
export const cut = (plan, after = MIDDLE) => void (plan.stop = { after, how: 'reset', pause: null });

/** The connection ends cleanly after so many bytes of a body. @param {Plan} plan */
export const end = (plan, after = MIDDLE) => void (plan.stop = { after, how: 'end', pause: null });

/** Another answer than the file, with the same CORS headers. @param {Plan} plan @param {number} status @param {Record<string, string>} [headers] */
export function say(plan, status, body = '', headers = {}) {
  const cors = Object.entries(plan.headers).filter(([name]) => name.startsWith('access-control-'));
  const length = body || ![204, 304].includes(status) ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  plan.status = status;
  plan.headers = { ...Object.fromEntries(cors), 'content-type': 'text/html', ...length, ...headers };
  plan.body = Buffer.from(body);
  plan.stop = null;
}

/** A 206 of these bytes, whatever was asked for. @param {Plan} plan @param {Asked} asked @param {{start: number, end: number}} range */
export function part(plan, { file: { seed, size } }, { start, end }, total = size) {
  plan.status = 206;
  plan.headers['content-range'] = `bytes ${start}-${end - 1}/${total}`;
  plan.headers['content-length'] = String(end - start);
  plan.body = { seed, start, end };
}

/** The whole file, whatever was asked for. @param {Plan} plan @param {{seed: number, size: number}} file */
export function whole(plan, { seed, size }) {
  plan.status = 200;
  delete plan.headers['content-range'];
  plan.headers['content-length'] = String(size);
  plan.body = { seed, start: 0, end: size };
}

/** Without the headers of CORS, as errors of many servers are. @param {Plan} plan */
export function withoutCors(plan) {
  for (const name of Object.keys(plan.headers)) if (name.startsWith('access-control-')) delete plan.headers[name];
}

export const PAGE = '<!doctype html><title>Please wait</title><p>Something is in the way of your file.';

/**
 * What no HTTP library writes: an answer byte by byte, after which the connection ends, or is reset.
 * @param {Asked} asked @param {string} head with its empty line, if it is to have one
 * @param {(string | Buffer)[]} [pieces] @param {'end' | 'reset'} [how]
 * @returns {Promise<null>} for `answer`
 */
export async function raw({ exchange, entry }, head, pieces = [], how = 'end') {
  const socket = /** @type {import('node:net').Socket} */ (exchange.connection);
  const pace = new Pace(RATE);
  entry.status = Number(/ (\d{3})/.exec(head)?.[1] ?? 0);
  for (const piece of [head, ...pieces]) {
    await pace.take(piece.length);
    if (socket.destroyed) return null;
    if (!socket.write(piece, 'latin1')) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    if (piece !== head) entry.bytesSent += piece.length;
  }
  entry.done = true;
  if (how === 'end') socket.end();
  else setTimeout(() => socket.resetAndDestroy(), DRAIN_MS);
  return null;
}

/** The bytes of a file as `raw` takes them. @param {{seed: number}} file @returns {Buffer[]} */
export function piecesOf({ seed }, from = 0, to = SIZE) {
  const starts = Array.from({ length: Math.ceil((to - from) / PIECE) }, (_, index) => from + index * PIECE);
  return starts.map((start) => fileBytes(seed, start, Math.min(to, start + PIECE)));
}

/** @param {string[]} lines @param {string} [end] of a line */
export const headOf = (lines, end = '\r\n') => [...lines, '', ''].join(end);

const PIECE = 65_536;
const DRAIN_MS = 50;
