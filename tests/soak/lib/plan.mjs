/**
 * What a fetch asks for, what its servers do with it, and which ends that permits. All of it follows from
 * the seed and the number of the fetch, and from what the standard and docs/spec-notes.md promise: nothing
 * here knows how the polyfill works.
 */
import { createHash } from 'node:crypto';
import { fileSha256 } from '../../server/content.mjs';
import { stream } from './random.mjs';

/** From faults.mjs of the origin: the second version of a file has the content of another seed. */
const VERSION_STEP = 7919;
const MOST_FILES = 30;
const LARGE = 30e6;
const VERY_LARGE = 80e6;
/** The origin compresses a whole file at once. */
const MOST_COMPRESSED = 2e6;
const MOST_UPLOADED = 60_000;
/** So that what cannot be resumed has an end between two kills. */
const SECONDS_RESUMABLE = 15;
const SECONDS_AT_ONCE = 4;
const SLOWEST = 20_000;

/**
 * @typedef {object} PlannedFile
 * @property {string} key of the origin's log
 * @property {string} url
 * @property {RequestInit} [init]
 * @property {number} size of the body that the app is to see
 * @property {() => string[]} versions the SHA-256 of each body that is right
 * @property {boolean} succeeds whether it may
 * @property {string[]} fails with which reasons it may fail
 * @property {boolean} repeatable false: an upload, which ends with the first interruption
 * @property {string[]} faults for the statistics
 *
 * @typedef {object} Plan
 * @property {number} number
 * @property {string} id
 * @property {PlannedFile[]} files
 * @property {{title: string, downloadTotal?: number}} options
 * @property {boolean} exceeds downloadTotal is too small
 */

/** @param {{seed: string, number: number, id: string, own: string, other: string}} of own, other: URLs of the origins, which tell the protocol */
export function planFetch({ seed, number, id, own, other }) {
  const random = stream(`${seed} fetch ${number}`);
  const count = Math.round(random.logarithmic(1, MOST_FILES));
  const doomed = random.chance(0.12) ? random.integer(0, count - 1) : -1;
  const files = Array.from({ length: count }, (_, index) => {
    const place = { random, key: `${number}-${index}`, seed: number * 100 + index + 1, own, other };
    if (index === doomed) return doomedFile(place);
    return random.chance(0.05) ? upload(place) : download(place);
  });
  /** @type {Plan} */
  const plan = { number, id, files, options: { title: `Fetch ${number}` }, exceeds: false };
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (doomed < 0 && random.chance(0.15)) plan.options.downloadTotal = total || undefined;
  else if (doomed < 0 && total > 1000 && random.chance(0.05)) {
    plan.options.downloadTotal = Math.floor(total * 0.6);
    plan.exceeds = true;
  }
  return plan;
}

/** How it may end: the reasons, '' for success. @param {Plan} plan @param {{interrupted: boolean, abort: 'no' | 'yes' | 'perhaps'}} life */
export function permittedEnds({ files, exceeds, options }, { interrupted, abort }) {
  if (abort === 'yes') return ['aborted'];
  const fails = files.flatMap((file) =>
    file.repeatable || !interrupted ? file.fails : [...file.fails, 'fetch-error'],
  );
  const ends = [...new Set(fails)];
  // Not for sure: a file that fails may be the one that would have been too much. What a server says
  // instead of the file counts, too, and may be longer.
  if (exceeds || (options.downloadTotal && fails.includes('bad-status'))) ends.push('download-total-exceeded');
  if (!exceeds && files.every(({ succeeds }) => succeeds)) ends.push('');
  if (abort === 'perhaps') ends.push('aborted');
  return ends;
}

/** @typedef {{random: import('./random.mjs').Random, key: string, seed: number, own: string, other: string}} Place */

/** A file that arrives in the end, whatever its server does. @param {Place} place @returns {PlannedFile} */
function download({ random, key, seed, own, other }) {
  const size = pickSize(random);
  const elsewhere = random.chance(0.3);
  /** @type {Record<string, string | number>} */
  const query = { size, seed, key };
  /** @type {string[]} */
  const faults = [];
  /** @type {string[]} */
  const fails = [];
  /** @type {RequestInit} */
  const init = {};
  if (elsewhere) Object.assign(query, { cors: 1, expose: random.integer(0, 1) });

  const resumable = addServer(random, query, faults);
  addPace(random, query, resumable);
  addFault(random, query, faults);
  if (own.startsWith('https:') && random.chance(0.08))
    add(query, faults, 'REFUSED_STREAM', { refuse: 1, times: query.times ?? random.integer(1, 2) });
  if (random.chance(0.08)) add(query, faults, 'changed', { changeAfter: random.integer(1, 3) });
  if (query.truncate === undefined && random.chance(0.06)) add(query, faults, 'chunked', { chunked: 1 });
  if (query.truncate === undefined && size <= MOST_COMPRESSED && random.chance(0.06)) {
    // Where nobody can see that it is compressed, the length that is declared is not that of the body.
    const hidden = query.cors === 1 && query.expose === 0;
    add(query, faults, hidden ? 'gzip, hidden' : 'gzip', { gzip: 1 });
  }
  if (random.chance(0.05)) add(query, faults, 'redirect', { redirect: random.integer(1, 3) });
  else if (!elsewhere && random.chance(0.04))
    add(query, faults, 'redirect elsewhere', { redirect: 'cross', cors: 1, expose: random.integer(0, 1) });
  else if (elsewhere && random.chance(0.06)) init.headers = { 'x-app': 'asks for a preflight' };

  // Nobody can see when to ask again.
  if (query.retryAfter !== undefined && query.cors === 1 && query.expose === 0) fails.push('bad-status');
  // Another ETag each time, where If-Range cannot be sent: begun from scratch three times at most.
  if (query.etag === 'changing' && (elsewhere || query.redirect === 'cross')) fails.push('fetch-error');
  const first = () => fileSha256(seed, size);
  const second = () => fileSha256(seed + VERSION_STEP, size);
  const guarded = query.lie === 'range' || random.chance(0.08);
  if (guarded) {
    init.integrity = integrityOf(first());
    // The body of an error is not the one either.
    if (query.changeAfter !== undefined || query.lie === 'range' || fails.includes('bad-status'))
      fails.push('fetch-error');
  }
  const versions = () => (query.changeAfter === undefined || guarded ? [first()] : [first(), second()]);
  return {
    key,
    url: urlOf(elsewhere ? other : own, '/file', query),
    init,
    size,
    versions,
    succeeds: true,
    fails,
    repeatable: true,
    faults,
  };
}

/** @param {import('./random.mjs').Random} random */
function pickSize(random) {
  if (random.chance(0.06)) return 0;
  if (random.chance(0.03)) return Math.round(random.logarithmic(LARGE, VERY_LARGE));
  return Math.round(random.logarithmic(1, LARGE));
}

/** What the server says about its files. Returns whether the rest of one can be asked for. */
function addServer(random, query, faults) {
  const validators = random.weighted({ strong: 60, date: 10, none: 10, weak: 10, changing: 5 });
  if (validators === 'date') add(query, faults, 'no ETag', { etag: 'none' });
  if (validators === 'none') add(query, faults, 'no validators', { etag: 'none', lastModified: 'none' });
  if (validators === 'weak') add(query, faults, 'weak validators', { etag: 'weak', lastModified: 'recent' });
  if (validators === 'changing') add(query, faults, 'changing ETag', { etag: 'changing', lastModified: 'none' });
  const ranges = random.weighted({ good: 88, without: 4, unsaid: 4, refused: 2, forgotten: 2 });
  if (ranges === 'without') add(query, faults, 'no ranges', { ranges: 0 });
  if (ranges === 'unsaid') add(query, faults, 'no Accept-Ranges', { acceptRanges: 'omit' });
  if (ranges === 'refused') add(query, faults, 'Accept-Ranges: none', { acceptRanges: 'none' });
  if (ranges === 'forgotten') add(query, faults, 'ranges end', { fullAfter: random.integer(1, 3) });
  return ['strong', 'date'].includes(validators) && ['good', 'unsaid'].includes(ranges);
}

function addPace(random, query, resumable) {
  if (random.chance(0.25)) return;
  const seconds = random.logarithmic(0.2, resumable ? SECONDS_RESUMABLE : SECONDS_AT_ONCE);
  query.rate = Math.max(SLOWEST, Math.round(query.size / seconds));
}

/** One of the faults that are for the first requests only. */
function addFault(random, query, faults) {
  const { size } = query;
  const within = () => random.integer(0, Math.max(0, size - 1));
  const few = () => random.integer(1, 3);
  switch (
    random.weighted({
      none: 45,
      cut: 15,
      truncate: 8,
      silence: 1.5,
      busy: 6,
      delay: 5,
      bodyDelay: 4,
      lie: 6,
      broken: 4,
    })
  ) {
    case 'cut':
      return add(query, faults, 'cut', { cut: within(), times: few() });
    case 'truncate':
      return add(query, faults, 'truncate', { truncate: within(), times: few() });
    case 'silence':
      return add(query, faults, 'silence', { silence: within(), times: 1 });
    case 'busy':
      return add(query, faults, 'Retry-After', {
        status: random.pick([503, 429]),
        retryAfter: few(),
        times: random.integer(1, 2),
      });
    case 'delay':
      return add(query, faults, 'delay', { delay: random.integer(200, 3000), times: few() });
    case 'bodyDelay':
      return add(query, faults, 'delay', { bodyDelay: random.integer(200, 3000), times: few() });
    case 'lie':
      return add(query, faults, 'lie', {
        lie: random.pick(['start', 'size', 'total', 'range']),
        on: 'range',
        times: random.integer(1, 2),
      });
    case 'broken':
      return add(query, faults, '5xx of a range', { status: 500, on: 'range', times: random.integer(1, 2) });
  }
}

/** A file that must, or may, fail its fetch. @param {Place} place @returns {PlannedFile} */
function doomedFile({ random, key, seed, own, other }) {
  const size = Math.round(random.logarithmic(1, 1e6));
  const query = { size, seed, key };
  const file = { key, size, init: {}, versions: () => [fileSha256(seed, size)], succeeds: false, repeatable: true };
  const of = (more, origin = own) => urlOf(origin, '/file', { ...query, ...more });
  const kind = random.weighted({ missing: 4, error: 2, once: 2, integrity: 2, refused: 1, preflight: 1 });
  switch (kind) {
    case 'missing':
      return { ...file, url: of({ status: 404 }), fails: ['bad-status'], faults: ['404'] };
    case 'error':
      return { ...file, url: of({ status: 500 }), fails: ['bad-status'], faults: ['500'] };
    // Asked again only if the worker died before it knew what to do with the answer.
    case 'once':
      return {
        ...file,
        url: of({ status: 500, times: 1 }),
        succeeds: true,
        fails: ['bad-status'],
        faults: ['500 once'],
      };
    case 'integrity': {
      const init = { integrity: integrityOf(fileSha256(seed, size + 1)) };
      return { ...file, url: of({}), init, fails: ['fetch-error'], faults: ['wrong integrity'] };
    }
    case 'refused':
      return { ...file, url: of({}, other), fails: ['fetch-error'], faults: ['no CORS'] };
    default: {
      const init = { headers: { 'x-app': 'is not allowed' } };
      return {
        ...file,
        url: of({ cors: 1, preflight: 0 }, other),
        init,
        fails: ['fetch-error'],
        faults: ['preflight refused'],
      };
    }
  }
}

/** @param {Place} place @returns {PlannedFile} */
function upload({ random, key, own }) {
  const type = 'application/octet-stream';
  const body = String(random.integer(0, 9)).repeat(Math.round(random.logarithmic(1, MOST_UPLOADED)));
  const answer = JSON.stringify({ method: 'POST', type, length: body.length, sha256: sha256(body) });
  return {
    key,
    url: urlOf(own, '/upload', { key, rate: Math.max(SLOWEST, Math.round(body.length / random.logarithmic(0.1, 3))) }),
    init: { method: 'POST', headers: { 'content-type': type }, body },
    size: answer.length,
    versions: () => [sha256(answer)],
    succeeds: true,
    fails: [],
    repeatable: false,
    faults: ['upload'],
  };
}

function add(query, faults, name, parameters) {
  Object.assign(query, parameters);
  faults.push(name);
}

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
const integrityOf = (/** @type {string} */ hex) => `sha256-${Buffer.from(hex, 'hex').toString('base64')}`;

function urlOf(origin, path, query) {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return `${origin}${path}?${text}`;
}
