/** What servers answer to a range, and to what is none. */
import { fileBytes } from '../../server/content.mjs';
import {
  comes,
  comesOrFails,
  cut,
  end,
  fails,
  headOf,
  MIB,
  PAGE,
  part,
  SIZE,
  say,
  whole,
  withoutCors,
} from '../lib/words.mjs';

/** The first response is cut; then ranges are answered so, always or the first times. */
const toRanges = (name, answer, { times = Infinity, number = 'new', ...more } = {}) => ({
  case: number,
  name: `${times < Infinity ? 'at first, ' : ''}to a range: ${name}`,
  answer(plan, asked) {
    if (asked.n === 1) return cut(plan);
    if (asked.isRange && asked.nth <= times) return answer(plan, asked);
  },
  right: comes({ sent: 2.4, seconds: 90 }),
  ...more,
});

/** A block, as caches keep them. */
const BLOCK = 65_536;

const multipart = (plan, { file, range }) => {
  const { start, end: stop } = range;
  const lines = [
    '--part',
    'Content-Type: application/octet-stream',
    `Content-Range: bytes ${start}-${stop - 1}/${file.size}`,
  ];
  const body = Buffer.concat([
    Buffer.from(headOf(lines)),
    fileBytes(file.seed, start, stop),
    Buffer.from('\r\n--part--\r\n'),
  ]);
  say(plan, 206, '', { 'content-type': 'multipart/byteranges; boundary=part', 'content-length': String(body.length) });
  plan.body = body;
};

/** No more than a MiB at a time. */
const capped = (plan, asked) => {
  if (asked.isRange)
    part(plan, asked, { start: asked.range.start, end: Math.min(asked.range.end, asked.range.start + MIB) });
};

/** The part, and not a word that it is one. */
function asIfAll(plan, { range }) {
  plan.status = 200;
  delete plan.headers['content-range'];
  plan.headers['content-length'] = String(range.end - range.start);
}

export default [
  {
    case: '10',
    name: 'ranges are refused without CORS, of another origin',
    elsewhere: true,
    answer(plan, { n, isRange }) {
      if (n === 1) cut(plan);
      else if (isRange) withoutCors(plan);
    },
    right: comes({ sent: 2.4, seconds: 120, requests: 20 }),
  },
  {
    case: '10',
    name: 'ranges are refused with 403 and without CORS, of another origin',
    elsewhere: true,
    answer(plan, { n, isRange }) {
      if (n === 1) return cut(plan);
      if (!isRange) return undefined;
      say(plan, 403, 'denied');
      withoutCors(plan);
    },
    right: comes({ sent: 2.4, seconds: 120, requests: 20 }),
  },
  toRanges('403, always', (plan) => say(plan, 403, 'denied')),
  toRanges('404, always', (plan) => say(plan, 404, PAGE)),
  toRanges('400, always', (plan) => say(plan, 400, PAGE)),
  // Asked for ten times: it may pass, and what is stored is not to be sent again for that.
  toRanges('500, always', (plan) => say(plan, 500, PAGE), { right: comes({ sent: 2.4, seconds: 300, requests: 20 }) }),
  toRanges('503, always', (plan) => say(plan, 503, PAGE), { right: comes({ sent: 2.4, seconds: 90, requests: 20 }) }),
  toRanges('501, twice', (plan) => say(plan, 501, PAGE), { times: 2 }),
  toRanges('304', (plan) => say(plan, 304, '', { etag: plan.headers.etag })),
  toRanges('204', (plan) => say(plan, 204)),
  toRanges('416', (plan) => say(plan, 416, '', { 'content-range': `bytes */${SIZE}` })),
  toRanges('416 without a length', (plan) => say(plan, 416, '')),
  toRanges('400 unless it says where it ends', (plan, { headers }) => {
    if (headers.range.endsWith('-')) say(plan, 400, PAGE);
  }),
  toRanges('a page in place of the file', (plan) => say(plan, 200, PAGE), { times: 2 }),
  toRanges('511, log in to the network', (plan) => say(plan, 511, PAGE), { times: 2 }),
  toRanges(
    'a redirect to a page',
    (plan, { url }) => say(plan, 302, '', { location: `/login.html?from=${url.pathname}` }),
    {
      times: 2,
      before: async ({ origin }) => {
        origin.files['/login.html'] = { type: 'text/html; charset=utf-8', body: PAGE };
      },
    },
  ),
  toRanges('307 to another path of the same file', (plan, { url }) => {
    if (!url.searchParams.has('moved')) say(plan, 307, '', { location: `${url.pathname}${url.search}&moved=1` });
  }),
  toRanges('all of the file, as 200', (plan, { file }) => whole(plan, file)),
  toRanges('the rest of it, as 200', asIfAll, { right: comes({ sent: 3, seconds: 90, requests: 20 }) }),
  toRanges('the rest of it, as 200, without a validator', asIfAll, {
    file: { etag: 'none', lastModified: 'none' },
    right: comes({ sent: 3, seconds: 90, requests: 20 }),
  }),
  toRanges('all of it, as 206', (plan, asked) => part(plan, asked, { start: 0, end: SIZE }), { number: '19' }),
  toRanges('206 without Content-Range', (plan) => void delete plan.headers['content-range'], { number: '19' }),
  toRanges(
    '206 without Content-Range, of the whole',
    (plan, { file }) => {
      whole(plan, file);
      plan.status = 206;
    },
    { number: '19' },
  ),
  toRanges(
    '206 from the block before, always',
    (plan, asked) => {
      const { start, end: stop } = asked.range;
      part(plan, asked, { start: start - (start % BLOCK), end: stop });
    },
    { number: '19' },
  ),
  ...[2, 9].map((times) => ({
    case: '19',
    name: `a cache of blocks, and ${times === 9 ? 'nine' : 'two'} cuts`,
    file: { size: 24 * MIB, rate: 12e6, blocks: BLOCK, cut: 4_000_000, times },
    right: comes({ sent: 1.5, requests: 40, seconds: 90 }),
  })),
  ...[2, 9].map((times) => ({
    case: '19',
    name: `Content-Range is hidden, and no part is longer than a MiB; ${times === 9 ? 'nine' : 'two'} cuts`,
    elsewhere: true,
    file: { size: 12 * MIB, rate: 12e6 },
    answer(plan, asked) {
      capped(plan, asked);
      if (asked.n <= times) cut(plan, asked.isRange ? 600_000 : 4_000_000);
    },
    // A part whose place nobody can see is none, so that all comes again.
    right: comes({ sent: 4, requests: 60, seconds: 120 }),
  })),
  {
    case: 'new',
    name: 'no part is longer than a MiB, and a cut',
    file: { size: 12 * MIB, rate: 12e6 },
    answer(plan, asked) {
      capped(plan, asked);
      if (asked.n === 1) cut(plan);
    },
    right: comes({ requests: 40 }),
  },
  toRanges('206 of another complete length, always', (plan, asked) => part(plan, asked, asked.range, SIZE + 1001)),
  toRanges('206 of a shorter complete length, always', (plan, asked) =>
    part(plan, asked, asked.range, asked.range.end - 1),
  ),
  toRanges('206 of a complete length that is not known', (plan, { range }) => {
    plan.headers['content-range'] = `bytes ${range.start}-${range.end - 1}/*`;
  }),
  toRanges('206 of the wrong bytes, always', (plan) => {
    plan.body.start += 1001;
    plan.body.end += 1001;
  }),
  toRanges('206 that begins with the first byte of the file, always', (plan, { range }) => {
    plan.body = { ...plan.body, start: 0, end: range.end - range.start };
  }),
  toRanges('206 without a body, its length declared, twice', (plan) => void end(plan, 0), { times: 2 }),
  toRanges(
    '206 without a body, of length 0, twice',
    (plan) => {
      plan.headers['content-length'] = '0';
      plan.body = Buffer.alloc(0);
    },
    { times: 2 },
  ),
  toRanges(
    '206 that lacks the last byte, and says so, always',
    (plan, asked) => {
      const { start, end: stop } = asked.range;
      if (stop - 1 > start) part(plan, asked, { start, end: stop - 1 });
      else say(plan, 416, '', { 'content-range': `bytes */${SIZE}` });
    },
    { right: comes({ sent: 2.4, seconds: 120, requests: 20 }) },
  ),
  toRanges('206 in chunks', (plan) => void delete plan.headers['content-length'], { right: comes({ sent: 1.4 }) }),
  toRanges(
    '206 with the type of a page',
    (plan) => {
      plan.headers['content-type'] = 'text/html';
    },
    { right: comes({ sent: 1.4 }) },
  ),
  toRanges('multipart/byteranges, always', multipart),
  {
    case: '20',
    name: 'a 206 to a request without Range',
    answer: (plan, asked) => void (asked.isRange || part(plan, asked, asked.range)),
    right: comes(),
  },
  {
    case: '20',
    name: 'a 206 to a request without Range, of another origin that hides Content-Range',
    elsewhere: true,
    answer: (plan, asked) => void (asked.isRange || part(plan, asked, asked.range)),
    // Nobody can see whether it is all; it must be said, and no part may be told as the whole.
    right: comesOrFails(),
  },
  {
    case: 'new',
    name: 'a 206 of the first MiB to a request without Range',
    answer(plan, asked) {
      if (!asked.isRange) part(plan, asked, { start: 0, end: MIB });
    },
    right: comes(),
  },
  {
    case: 'new',
    name: 'a 206 of the last MiB to a request without Range',
    answer(plan, asked) {
      if (!asked.isRange) part(plan, asked, { start: SIZE - MIB, end: SIZE });
    },
    right: fails('fetch-error', { seconds: 60 }),
  },
  {
    case: 'new',
    name: '200 with a Content-Range, and Accept-Ranges: none; a cut',
    answer(plan, { n, isRange, file }) {
      if (isRange) whole(plan, file);
      plan.headers['accept-ranges'] = 'none';
      plan.headers['content-range'] = `bytes 0-${SIZE - 1}/${SIZE}`;
      if (n === 1) cut(plan);
    },
    right: comes({ sent: 2 }),
  },
  {
    case: 'new',
    name: 'HEAD is forbidden, and two cuts, of another origin',
    elsewhere: true,
    answer: (plan, { n }) => void (n <= 2 && cut(plan, 2_000_000)),
    head: (plan) => say(plan, 405),
    right: comes({ sent: 2.4 }),
  },
];
