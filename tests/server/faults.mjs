/**
 * What `/file` answers: the query of the URL says which faults, this module says which response that
 * makes of one request. Pure: no sockets and no clock but `now`; origin.mjs sends what is planned here.
 * The parameters are listed in tests/harness/README.md.
 */
import { gzipSync } from 'node:zlib';
import { fileBytes } from './content.mjs';

/** Content of version n is that of another seed. */
const VERSION_STEP = 7919;
const FIRST_MODIFIED = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;
/** How far `lie=start` and `lie=range` are off: odd, so that no alignment hides it. */
const LIE_SHIFT = 1001;
const EXPOSED =
  'ETag, Last-Modified, Content-Range, Content-Length, Accept-Ranges, Content-Encoding, Retry-After, Date, X-Test';

/**
 * @typedef {object} Plan what to send
 * @property {number} status
 * @property {Record<string, string | string[]>} headers
 * @property {Buffer | {seed: number, start: number, end: number} | null} body
 * @property {number} delay ms before the head
 * @property {number} bodyDelay ms between head and body
 * @property {number} rate bytes a second of this response, and of the request's body, 0 for no limit
 * @property {number | null} cutUpload reset it after so many bytes of the request's body
 * @property {boolean} refuse reset it before the head
 * @property {Stop | null} stop how the body breaks off
 *
 * @typedef {{after: number, how: 'silence' | import('./exchange.mjs').Break, pause: number | null}} Stop
 *   after so many bytes; `pause`: ms of silence, null for ever
 *
 * @typedef {{count: number, hits: number}} KeyState requests seen, and those of them a fault applied to
 */

/** Parameters are spelled in either way: `retryAfter`, `retry-after`. @param {URLSearchParams} query */
function reader(query) {
  const dashed = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  const text = (/** @type {string} */ name) => query.get(name) ?? query.get(dashed(name));
  const number = (/** @type {string} */ name, fallback = 0) => {
    const value = text(name);
    return value === null || value === '' ? fallback : Number(value);
  };
  const flag = (/** @type {string} */ name) => !['0', 'false', null].includes(text(name));
  return { text, number, flag };
}

/**
 * @param {{method: string, headers: import('node:http').IncomingHttpHeaders, url: URL}} request
 * @param {KeyState} state of this request's key; counted up here
 * @param {{peer?: string, now?: number}} [surroundings] peer: the URL of another origin
 * @returns {Plan}
 */
export function planFile(request, state, { peer, now = Date.now() } = {}) {
  const get = reader(request.url.searchParams);
  const cors = corsHeaders(get, request);
  if (request.method === 'OPTIONS' && request.headers['access-control-request-method'])
    return preflight(get, request, cors);

  state.count++;
  const faulty = faultApplies(get, request, state);
  const common = {
    delay: faulty ? get.number('delay') : 0,
    bodyDelay: faulty ? get.number('bodyDelay') : 0,
    rate: get.number('rate'),
    cutUpload: faulty && get.text('cutUpload') !== null ? get.number('cutUpload') : null,
    refuse: faulty && get.flag('refuse'),
  };
  const bare = (
    /** @type {number} */ status,
    /** @type {Record<string, string>} */ headers = {},
    /** @type {Buffer} */ body = Buffer.alloc(0),
  ) => ({
    ...common,
    status,
    headers: { ...cors, 'cache-control': 'no-store', ...headers, ...extraHeaders(get) },
    body,
    stop: null,
  });

  const redirect = get.text('redirect');
  if (redirect && redirect !== '0') {
    return bare(get.number('redirectStatus', 302), {
      location: redirectTarget(request.url, redirect, get.text('to') ?? peer),
    });
  }
  const left = get.number('expires', Infinity) - now;
  if (left <= 0) return bare(403, {}, Buffer.from('the URL has expired'));
  if (faulty && get.text('status')) return bare(...failure(get, now));

  const plan =
    faulty && get.flag('gzip') && mayGzip(request) ? gzipped(get, bare) : plain(get, request, state, faulty, bare);
  if (faulty) plan.stop = breakOff(get);
  // Without a rate it is over before.
  if (left < Infinity && common.rate)
    plan.stop = { after: Math.ceil((common.rate * left) / 1000), how: 'reset', pause: null };
  if (get.flag('chunked') || get.flag('delimited')) delete plan.headers['content-length'];
  // Only the end of the connection delimits the body.
  if (get.flag('delimited') && plan.status === 200) plan.headers.connection = 'close';
  return plan;
}

/**
 * `times=K`: the fault is for the first K requests; `skip=K`: for all but the first K;
 * `on=range|whole`: only for requests with or without a Range header.
 * @returns {boolean}
 */
function faultApplies(get, request, state) {
  const on = get.text('on');
  if (on === 'range' && !request.headers.range) return false;
  if (on === 'whole' && request.headers.range) return false;
  state.hits++;
  const skip = get.number('skip');
  return state.hits > skip && state.hits <= skip + get.number('times', Infinity);
}

function corsHeaders(get, request) {
  if (!get.flag('cors')) return {};
  const origin = request.headers.origin;
  // As some stores of files do, and without a word of it in `Vary`.
  if (get.text('cors') === 'ifOrigin' && !origin) return {};
  const headers = { 'access-control-allow-origin': get.flag('credentials') && origin ? origin : '*' };
  if (get.flag('credentials')) headers['access-control-allow-credentials'] = 'true';
  if (get.flag('expose')) headers['access-control-expose-headers'] = EXPOSED;
  return headers;
}

/** @returns {Plan} */
function preflight(get, request, cors) {
  const allowed = get.flag('cors') && get.text('preflight') !== '0';
  if (allowed) {
    cors['access-control-allow-methods'] = request.headers['access-control-request-method'];
    cors['access-control-allow-headers'] = request.headers['access-control-request-headers'] ?? '*';
  }
  return {
    status: allowed ? 204 : 403,
    headers: cors,
    body: Buffer.alloc(0),
    delay: 0,
    bodyDelay: 0,
    rate: 0,
    cutUpload: null,
    refuse: false,
    stop: null,
  };
}

function extraHeaders(get) {
  const headers = JSON.parse(get.text('headers') || '{}');
  const vary = get.text('vary');
  return vary ? { vary, ...headers } : headers;
}

/** `redirect=3` takes three hops on this origin, `redirect=cross` one to another. */
function redirectTarget(url, redirect, elsewhere) {
  const next = new URL(url);
  const left = redirect === 'cross' ? 0 : Number(redirect) - 1;
  if (left > 0) next.searchParams.set('redirect', String(left));
  else next.searchParams.delete('redirect');
  if (redirect !== 'cross') return next.pathname + next.search;
  if (!elsewhere) throw new Error('redirect=cross needs `to=` or an origin started with `peer`');
  return new URL(next.pathname + next.search, elsewhere).href;
}

/** @returns {[number, Record<string, string>, Buffer]} */
function failure(get, now) {
  const status = get.number('status');
  const headers = { 'content-type': 'text/plain' };
  const retryAfter = get.text('retryAfter');
  if (retryAfter !== null) {
    // `retryAfter=date:3`: the other form of the header.
    headers['retry-after'] = retryAfter.startsWith('date:')
      ? new Date(now + Number(retryAfter.slice(5)) * 1000).toUTCString()
      : retryAfter;
  }
  const bodiless = status === 204 || status === 304;
  const body = Buffer.from(bodiless ? '' : (get.text('body') ?? `status ${status}`));
  if (!bodiless) headers['content-length'] = String(body.length);
  return [status, headers, body];
}

/** As nginx does: a range is served as identity, as `fetch` asks with `Accept-Encoding: identity`. */
const mayGzip = (request) => !request.headers.range && /\bgzip\b/.test(String(request.headers['accept-encoding']));

/** The encoded length in Content-Length is not the length of the body that the page sees: a trap. */
function gzipped(get, bare) {
  const seed = get.number('seed');
  const body = gzipSync(fileBytes(seed, 0, get.number('size')), { level: 1 });
  return bare(
    200,
    {
      'content-type': get.text('type') ?? 'application/octet-stream',
      'content-encoding': 'gzip',
      'content-length': String(body.length),
      vary: 'Accept-Encoding',
      etag: `W/"${seed}-gzip"`,
    },
    body,
  );
}

function plain(get, request, state, faulty, bare) {
  const size = get.number('size');
  const changeAfter = get.number('changeAfter', Infinity);
  const version = state.count > changeAfter ? 1 : 0;
  const seed = get.number('seed') + version * VERSION_STEP;
  const validators = validatorHeaders(get, state, seed, size, version);
  const headers = { 'content-type': get.text('type') ?? 'application/octet-stream', ...validators };
  const ranges = get.text('ranges') !== '0' && state.count <= get.number('fullAfter', Infinity);
  const advertised = get.text('acceptRanges') ?? (get.text('ranges') === '0' ? 'omit' : 'bytes');
  if (advertised !== 'omit') headers['accept-ranges'] = advertised;

  // `ifRange=never`: any condition is taken for one that does not hold.
  const holds =
    get.text('ifRange') === 'never' ? request.headers['if-range'] === undefined : ifRangeHolds(request, validators);
  const asked = ranges && holds ? parseRange(request.headers.range, size) : null;
  if (asked === 'unsatisfiable')
    return bare(416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': '0' });
  const lie = faulty ? get.text('lie') : null;
  // As caches do that keep blocks.
  if (asked && get.number('blocks')) asked.start -= asked.start % get.number('blocks');
  return asked
    ? partial(asked, lie, size, seed, headers, bare)
    : bare(200, { ...headers, 'content-length': String(size) }, { seed, start: 0, end: size });
}

/**
 * `lie=start`: another range than the one asked for, and said so. `lie=range`: the right header over
 * the wrong bytes. `lie=total`: the complete length is unknown (`*`). `lie=size`: it is wrong.
 */
function partial({ start, end }, lie, size, seed, headers, bare) {
  let from = start;
  if (lie === 'start') from = start = Math.max(0, start - LIE_SHIFT);
  if (lie === 'range') from = start + LIE_SHIFT;
  const total = lie === 'total' ? '*' : lie === 'size' ? size + LIE_SHIFT : size;
  return bare(
    206,
    {
      ...headers,
      'content-range': `bytes ${start}-${end - 1}/${total}`,
      'content-length': String(end - start),
    },
    { seed, start: from, end: from + end - start },
  );
}

function validatorHeaders(get, state, seed, size, version) {
  const headers = {};
  const etag = get.text('etag') ?? 'strong';
  if (etag === 'strong') headers.etag = `"${seed}-${size}"`;
  else if (etag === 'weak') headers.etag = `W/"${seed}-${size}"`;
  // Two nodes in turn, each with its own.
  else if (etag === 'nodes') headers.etag = `"${seed}-${size}-${state.count % 2}"`;
  else if (etag === 'changing') headers.etag = `"${seed}-${size}-${state.count}"`;
  else if (etag !== 'none') headers.etag = etag;
  const modified = get.text('lastModified');
  // `recent`: too young to be a strong validator (RFC 9110, 8.8.2.2).
  if (modified === 'recent') headers['last-modified'] = new Date().toUTCString();
  else if (modified !== 'none') headers['last-modified'] = new Date(FIRST_MODIFIED + version * DAY).toUTCString();
  return headers;
}

/** If-Range: the strong comparison for an ETag, equality for a date. */
function ifRangeHolds(request, validators) {
  const condition = request.headers['if-range'];
  if (condition === undefined) return true;
  if (condition.startsWith('"')) return condition === validators.etag;
  return !condition.startsWith('W/') && condition === validators['last-modified'];
}

/**
 * @param {string | undefined} header @param {number} size
 * @returns {{start: number, end: number} | 'unsatisfiable' | null} null: to be ignored, as RFC 9110 allows
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(size, Number(match[2]));
    return length ? { start: size - length, end: size } : 'unsatisfiable';
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size : Math.min(size, Number(match[2]) + 1);
  if (start >= size) return 'unsatisfiable';
  return end > start ? { start, end } : null;
}

const BREAKS = /** @type {const} */ ({
  cut: 'reset',
  truncate: 'end',
  disconnect: 'disconnect',
  goaway: 'goaway',
  silence: 'silence',
});

/** @returns {Stop | null} */
function breakOff(get) {
  for (const [name, how] of Object.entries(BREAKS)) {
    if (get.text(name) === null) continue;
    const pause = get.text('silenceFor') === null ? null : get.number('silenceFor');
    return {
      after: get.number(name),
      how: how === 'goaway' ? `goaway-${get.text('goawayAs') ?? 'processed'}` : how,
      pause,
    };
  }
  return null;
}
