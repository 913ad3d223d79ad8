/** One file that looks like several, and several that look like one. */
import { comes, cut, EITHER_VERSION, MIB, part, SECOND, SECOND_VERSION, SIZE, say, whole } from '../lib/words.mjs';

const FOUR = 4_000_000;
const LONG = { size: 24 * MIB, rate: 12e6 };

/** A long file whose connection is lost so many times, each after 4 MB; the rest is up to `answer`. */
const breaks = (number, name, { times, file = {}, answer, right = {}, ...more }) => ({
  case: number,
  name: `${name}, and ${times === 9 ? 'nine' : 'two'} cuts`,
  file: { ...LONG, ...file },
  answer(plan, asked) {
    answer?.(plan, asked);
    if (asked.n <= times) cut(plan, FOUR);
  },
  right: comes({ seconds: 120, requests: 30, ...right }),
  ...more,
});

/** A 206 as RFC 9110 would have it, or with less, or with an ETag of its own bytes. */
const partSays = (name, edit, sent) =>
  [2, 9].map((times) =>
    breaks('4', `parts ${name}`, {
      times,
      file: { etag: '"v1"' },
      answer: (plan, { isRange, range }) => void (isRange && edit(plan.headers, range)),
      right: { sent: sent(times) },
    }),
  );

/** A file that is another from the second request on. */
const changes = (name, answer, right, file = {}) => ({
  case: 'new',
  name,
  file: { ...file },
  answer(plan, asked) {
    if (asked.n === 1) cut(plan);
    else answer(plan, asked);
  },
  right: comes({ sent: 2.5, ...right }),
});

/** A validator that is not as it should be, beside one that is none; and a cut. */
const validator = (name, file) => ({
  case: 'new',
  name: `${name}, and two cuts`,
  file: { cut: 2_000_000, times: 2, lastModified: 'none', ...file },
  right: comes(),
});

const longer = ({ seed, size }) => ({ seed, size: size + MIB });
const shorter = ({ seed }) => ({ seed, size: 2_000_000 });

function otherBytes(plan) {
  plan.body.seed += SECOND;
}

export default [
  breaks('3', 'another ETag at each request, of another origin', {
    times: 9,
    elsewhere: true,
    file: { etag: 'changing', expose: 1 },
    // Until its parts are given up, each of them costs a beginning.
    right: { sent: 2.5 },
  }),
  breaks('3', 'another ETag at each request, and no date, of another origin', {
    times: 9,
    elsewhere: true,
    file: { etag: 'changing', lastModified: 'none', expose: 1 },
    // Each break may cost all that there is.
    right: { sent: 4 },
  }),
  breaks('3', 'another ETag at each request, whatever If-Range says', {
    times: 9,
    file: { etag: 'changing', lastModified: 'none' },
    answer: (plan, asked) => void (asked.isRange && part(plan, asked, asked.range)),
    right: { sent: 4 },
  }),
  breaks('3', 'another ETag at each request, and If-Range is honoured', {
    times: 9,
    file: { etag: 'changing', lastModified: 'none' },
    right: { sent: 4 },
  }),
  breaks('E8', 'nodes with an ETag each', { times: 9, file: { etag: 'nodes' } }),
  ...partSays(
    'without Last-Modified',
    (headers) => delete headers['last-modified'],
    () => 1.4,
  ),
  ...partSays(
    'without any validator',
    (headers) => {
      delete headers['last-modified'];
      delete headers.etag;
    },
    (times) => (times === 2 ? 2 : 4),
  ),
  ...partSays(
    'with an ETag of their own bytes',
    (headers, { start }) => {
      headers.etag = `"part-${start}"`;
    },
    (times) => (times === 2 ? 2 : 4),
  ),
  {
    case: '25',
    name: 'a proxy that answers every range with a 206 of all of it',
    file: { lastModified: 'none' },
    answer(plan, asked) {
      if (asked.n === 1) cut(plan, 2_000_000);
      else if (asked.isRange) part(plan, asked, { start: 0, end: SIZE });
    },
    right: comes({ sent: 2.5 }),
  },
  {
    case: 'O3',
    name: '416 to the first range, though there is more',
    answer(plan, { n, isRange, nth }) {
      if (n === 1) cut(plan);
      else if (isRange && nth === 1) say(plan, 416, '', { 'content-range': `bytes */${SIZE}` });
    },
    right: comes({ sent: 2 }),
  },
  {
    case: 'new',
    name: 'two nodes, each with a version of the file, and four cuts',
    answer(plan, asked) {
      if (asked.n % 2 === 0) {
        plan.headers.etag = '"second"';
        if (asked.headers['if-range'] && asked.headers['if-range'] !== '"second"') whole(plan, asked.file);
        plan.body.seed += SECOND;
      }
      if (asked.n <= 4) cut(plan);
    },
    right: comes({ sent: 4, versions: EITHER_VERSION, seconds: 90 }),
  },
  changes(
    'other bytes under the same ETag',
    otherBytes,
    { versions: SECOND_VERSION },
    { etag: '"same"', lastModified: 'none' },
  ),
  changes(
    'other bytes under the same weak ETag',
    otherBytes,
    { versions: SECOND_VERSION },
    { etag: 'weak', lastModified: 'none' },
  ),
  changes(
    'a file that has grown',
    (plan, asked) => {
      const file = longer(asked.file);
      plan.headers.etag = '"grown"';
      if (asked.isRange && !asked.headers['if-range'])
        part(plan, { ...asked, file }, { ...asked.range, end: file.size }, file.size);
      else whole(plan, file);
    },
    { versions: [longer] },
  ),
  changes(
    'a file that has shrunk below what is there',
    (plan, asked) => {
      const file = shorter(asked.file);
      plan.headers.etag = '"shrunk"';
      if (asked.isRange && !asked.headers['if-range']) say(plan, 416, '', { 'content-range': `bytes */${file.size}` });
      else whole(plan, file);
    },
    { versions: [shorter] },
  ),
  changes(
    'a file that has grown, without a validator',
    (plan, asked) => {
      const file = longer(asked.file);
      if (asked.isRange) part(plan, { ...asked, file }, { ...asked.range, end: file.size }, file.size);
      else whole(plan, file);
    },
    { versions: [longer, (file) => file] },
    { etag: 'none', lastModified: 'none' },
  ),
  validator('a weak ETag', { etag: 'weak' }),
  validator('an ETag without quotes', { etag: '5f3e-2b1' }),
  validator('an empty ETag', { etag: '""' }),
  validator('no validator', { etag: 'none' }),
  {
    case: 'new',
    name: 'a Last-Modified that is no date, and two cuts',
    file: { cut: 2_000_000, times: 2, etag: 'none', headers: '{"last-modified":"yesterday"}' },
    right: comes({ sent: 2.5 }),
  },
  {
    case: 'new',
    name: 'a Last-Modified of tomorrow, and two cuts',
    file: { cut: 2_000_000, times: 2, etag: 'none', lastModified: 'none' },
    answer(plan) {
      plan.headers['last-modified'] = new Date(Math.ceil(Date.now() / 86_400_000 + 1) * 86_400_000).toUTCString();
    },
    right: comes({ sent: 2.5 }),
  },
];
