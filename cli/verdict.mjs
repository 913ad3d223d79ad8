// What follows from a server's answers, by the rules of the engine: crates/engine/src/record/representation.rs.

import { visible } from './visible.mjs';

/**
 * @typedef {object} Verdict
 * @property {string} comes whether the file can be downloaded at all; begins with "yes" or "no", as all three do
 * @property {string} resumes whether a download that breaks off goes on from where it was
 * @property {string} splits whether it may come in several parts at a time
 * @property {string[]} advice what to change, the most important first
 * @property {boolean} ok it comes, and it resumes
 */

/** @param {import('./probe.mjs').Probe} probe @returns {Verdict} */
export function judge(probe) {
  const comes = judgeComing(probe);
  if (comes.problem) return verdict(comes, unknown, unknown);
  const resumes = judgeResuming(probe);
  return verdict(comes, resumes, resumes.problem ? { problem: 'for the same reason' } : judgeSplitting(probe));
}

const unknown = { problem: 'that cannot be told' };

function verdict(comes, resumes, splits) {
  const say = ({ problem, how }) => (problem ? `no: ${problem}` : `yes${how ? `: ${how}` : ''}`);
  return {
    comes: say(comes),
    resumes: say(resumes),
    splits: say(splits),
    advice: [...new Set([comes, resumes, splits].flatMap(({ advice }) => advice ?? []))],
    ok: !comes.problem && !resumes.problem,
  };
}

function judgeComing({ whole, origin }) {
  const problem = problemOfCors(whole.redirects, origin) ?? problemOfStatus(whole) ?? problemOfCors([whole], origin);
  return problem ?? { how: sizeOf(whole), advice: varyAdvice(whole) };
}

function problemOfStatus({ status }) {
  if (status === 200) return undefined;
  if (status === 401 || status === 403) {
    const advice = 'If it needs cookies or a signed address: ask for one that works as it is, without cookies.';
    return { problem: `the server answers ${status}`, advice: [advice] };
  }
  return { problem: `the server answers ${status}, where 200 is right` };
}

/** Why the browser keeps one of these answers from the app, and what has to be sent instead. */
function problemOfCors(answers, app) {
  const refused = answers.find(refusedByCors);
  if (!refused) return undefined;
  const allow = 'Send Access-Control-Allow-Origin:';
  const advice =
    refused.origin === 'null'
      ? `${allow} * with every answer. After a redirect from one foreign origin to another, browsers do not say whose page it is.`
      : `${allow} ${app} (with Vary: Origin), or *, with every answer, redirects, too.`;
  return { problem: `the browser keeps it from the app: ${refusedByCors(refused)}`, advice: [advice] };
}

/** Why the browser refuses it; nothing if it does not. */
function refusedByCors({ url, status, headers, origin }) {
  if (!origin) return undefined;
  const allowed = headers.get('access-control-allow-origin');
  if (allowed === '*' || allowed === origin) return undefined;
  const from = status === 200 || status === 206 ? '' : ` at the redirect ${url}`;
  const why =
    allowed === null ? 'there is no Access-Control-Allow-Origin' : `Access-Control-Allow-Origin is ${allowed}`;
  return `${why}${from}${origin === 'null' ? ', and Origin is null by now' : ''}`;
}

function varyAdvice({ headers, origin }) {
  const allowed = headers.get('access-control-allow-origin');
  if (!origin || allowed === '*' || /(^|[\s,])(origin|\*)([\s,]|$)/i.test(headers.get('vary') ?? '')) return [];
  return ['Send Vary: Origin, too: else a cache may keep an answer that is right for another app only.'];
}

function sizeOf({ headers }) {
  const length = headers.get('content-length');
  if (length === null) return 'of unknown length, as there is no Content-Length';
  return `${Number(length).toLocaleString('en')} bytes`;
}

function judgeResuming(probe) {
  if (probe.whole.bytes.length === 0) return { how: 'it is empty' };
  const problem = problemOfWhole(probe) ?? problemOfPart(probe);
  if (problem) return problem;
  const seen = visible(probe.whole);
  const etag = seen('etag');
  const hidden = hiddenAdvice(probe);
  if (isStrong(etag)) return { how: `its ETag ${etag} tells that it is the same file`, advice: hidden };
  const advice = [...hidden, ...(hidden.length > 0 ? [] : [STRONG])];
  if (isAtRest(probe.whole, seen)) return { how: 'its Last-Modified tells that it is the same file', advice };
  return { how: 'the last bytes that are stored are compared, as there is no strong ETag to be seen', advice };
}

const STRONG = 'Send a strong ETag: one in quotes, without W/, that changes with the file and only then.';
const RANGES = 'Turn range requests on: a request with Range is to be answered 206, with Content-Range.';

/** Why nothing can be resumed, by the answer to the app's own request, as the app sees it. */
function problemOfWhole({ whole, again }) {
  const coding = codingOf(whole);
  if (coding) {
    const advice = `Do not compress this type of file (${whole.headers.get('content-type') ?? 'none is told'}).`;
    return {
      problem: `it comes compressed (${coding}), and then what has come before a break is lost`,
      advice: [advice],
    };
  }
  if (refusesRanges(visible(whole))) {
    return { problem: 'the server says Accept-Ranges: none', advice: [RANGES] };
  }
  const [first, second] = [whole, again].map((answer) => visible(answer)('etag'));
  if (first !== second && again.status === whole.status) {
    const problem = `the ETag is another at each request (${first}, then ${second}), as if the file had changed`;
    return { problem, advice: ['Have all servers send the same ETag for the same file, and none at random.'] };
  }
  return undefined;
}

/** The same, by the answer to a range. */
function problemOfPart(probe) {
  const { part, whole, offset } = probe;
  if (part.status === 200) return { problem: 'the server ignores Range, and sends all again', advice: [RANGES] };
  if (part.status !== 206) return { problem: `a request with Range is answered ${part.status}`, advice: [RANGES] };
  const refusal = [...part.redirects, part].map(refusedByCors).find(Boolean);
  if (refusal) {
    const advice = 'Send the same Access-Control-Allow-Origin with answers to Range (status 206), too.';
    return { problem: `the browser keeps the parts from the app: ${refusal}`, advice: [advice] };
  }
  if (codingOf(part)) {
    return { problem: 'parts come compressed', advice: ['Do not compress answers to Range (status 206).'] };
  }
  const range = visible(part)('content-range');
  return (
    problemOfPlace(probe, range) ??
    problemOfValidators(part, whole) ??
    problemOfBytes(part, whole, placeOf(range, offset).start)
  );
}

/** A part may begin earlier than asked, as those of caches do that keep blocks. */
function problemOfPlace(probe, range) {
  const { part, whole, offset } = probe;
  const advice = [`Send Content-Range with answers to Range, as asked for: bytes ${offset}-…/… here.`];
  if (range === null) {
    if (fits(part, whole, offset)) return undefined;
    const isHidden = part.headers.has('content-range');
    return { problem: 'a part does not say where it belongs', advice: isHidden ? hiddenAdvice(probe) : advice };
  }
  const place = placeOf(range, offset);
  if (!place || place.start > offset) {
    return { problem: `bytes ${offset}- were asked for, and Content-Range is ${range}`, advice };
  }
  if (place.start < offset && place.isAll) return { problem: 'a part is all of the file again', advice: [RANGES] };
  return undefined;
}

/** Whether the length alone tells that it is what was asked for, up to the end; where no end is known, the bytes do. */
function fits(part, whole, offset) {
  const [some, all] = [part, whole].map(({ headers }) => headers.get('content-length'));
  return all === null || (some !== null && offset + Number(some) === Number(all));
}

/** Where a part begins, and whether it is all that there is; nothing if one cannot tell. */
function placeOf(range, offset) {
  if (range === null) return { start: offset, isAll: false };
  const [, start, last, total] = /^bytes[ =](\d+)-(\d+)\/(\d+|\*)$/i.exec(range.trim()) ?? [];
  if (start === undefined) return undefined;
  return { start: Number(start), isAll: Number(start) === 0 && Number(last) + 1 === Number(total) };
}

/** As the app sees them: the strong ETag is the same, or all that the whole has. */
function problemOfValidators(part, whole) {
  const [all, some] = [whole, part].map(visible);
  if (isStrong(all('etag')) && all('etag') === some('etag')) return undefined;
  const name = ['ETag', 'Last-Modified'].find((name) => all(name) !== null && all(name) !== some(name));
  if (!name) return undefined;
  const advice = [
    `Have whole answers and parts of the same file carry the same ${name}, both or none of them exposed.`,
  ];
  if (some(name) === null) return { problem: `a part has no ${name}, as the whole has`, advice };
  return { problem: `a part has another ${name} (${some(name)}) than the whole (${all(name)})`, advice };
}

function problemOfBytes(part, whole, start) {
  const expected = whole.bytes.subarray(start);
  const length = Math.min(expected.length, part.bytes.length);
  const same = Buffer.compare(expected.subarray(0, length), part.bytes.subarray(0, length)) === 0;
  if (length > 0 && same) return undefined;
  const advice = ['See what answers there: a part must be the bytes of the file from that place on.'];
  return { problem: 'the bytes of a part are not those of the file at that place', advice };
}

/** Codings that browsers undo: the bytes of a part of such a body mean nothing by themselves. */
function codingOf({ headers }) {
  const codings = (headers.get('content-encoding') ?? '').split(',').map((each) => each.trim().toLowerCase());
  return codings.find((each) => /^((x-)?(gzip|compress)|deflate|br|zstd|dcb|dcz)$/.test(each));
}

const refusesRanges = (seen) => /^none$/i.test(seen('accept-ranges')?.trim() ?? '');

const isStrong = (etag) => etag !== null && /^"[^"]*"$/.test(etag);

/** Last-Modified is a strong validator only of what had not been touched for a minute, RFC 9110, 8.8.2.2. */
function isAtRest({ headers }, seen) {
  const modified = Date.parse(seen('last-modified') ?? '');
  const now = Date.parse(headers.get('date') ?? '') || Date.now();
  return modified >= Date.UTC(1990) && now >= modified + 60_000;
}

/** What an app of another origin does not see of what would help. */
function hiddenAdvice({ whole, part }) {
  const present = (name) => [whole, part].some(({ headers }) => headers.has(name));
  const seen = visible(whole);
  const names = ['ETag', 'Accept-Ranges', 'Content-Range'].filter(
    (name) => present(name) && seen(name) === null && visible(part)(name) === null,
  );
  if (names.length === 0) return [];
  return [`Send Access-Control-Expose-Headers: ${names.join(', ')}: they are there, but hidden from other origins.`];
}

/** By `may_split` of the engine, `record/split.rs`, and what it takes for granted. */
function judgeSplitting({ whole }) {
  const seen = visible(whole);
  if (seen('content-length') === null) {
    return { problem: 'there is no Content-Length', advice: ['Send Content-Length with whole answers.'] };
  }
  if (seen('etag') === null && seen('last-modified') === null) {
    return { problem: 'nothing tells that two parts are of the same file', advice: [STRONG] };
  }
  if (refusesRanges(seen)) {
    return { problem: 'Accept-Ranges: none says that there are no parts' };
  }
  return { how: 'where several connections together are faster' };
}
