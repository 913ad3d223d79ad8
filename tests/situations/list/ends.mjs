/** Bodies that come to an end of which nobody has said where it would be, and content codings. */
import { comes, cut, end, headOf, MIB, piecesOf, raw, SIZE, say, sayLength } from '../lib/words.mjs';

/** Where a chunk may end, too. */
const AT = 46 * 65_536;
const NO_RANGES = { ranges: 0, acceptRanges: 'none', etag: 'none', lastModified: 'none' };

/** The first response ends early, cleanly; whoever asks later gets all. */
const endsEarly = (name, file, more) => ({
  case: '2',
  name,
  file: { truncate: AT, times: 1, ...file },
  right: comes({ sent: 2.2 }),
  ...more,
});

/** A body whose length nobody tells, and which is whole; so its server answers the question where it ends. */
const isWhole = (name, answer, right = {}) => ({
  case: 'new',
  name: `a chunked body that is whole, and the question where it ends: ${name}`,
  file: { chunked: 1 },
  answer: (plan, { isRange }) => void (isRange && answer(plan)),
  right: comes({ sent: 2.3, seconds: 90, ...right }),
});

/** A word in Content-Encoding that no browser undoes: the body is as it is. */
const strangeCoding = (word) => [
  endsEarly(
    `Content-Encoding: ${word}, ended early`,
    { headers: JSON.stringify({ 'content-encoding': word }) },
    { case: '26' },
  ),
  {
    case: '14',
    name: `Content-Encoding: ${word}, and a cut`,
    file: { cut: 3_000_000, times: 1, headers: JSON.stringify({ 'content-encoding': word }) },
    right: comes(),
  },
];

export default [
  endsEarly('chunked, ended on a chunk’s boundary', { chunked: 1 }),
  {
    case: '2',
    name: 'chunked, ended inside a chunk',
    file: { chunked: 1 },
    answer(_plan, asked) {
      if (asked.n > 1) return undefined;
      const head = headOf([
        'HTTP/1.1 200 OK',
        'Transfer-Encoding: chunked',
        'ETag: "v1"',
        'Accept-Ranges: bytes',
        'Connection: close',
      ]);
      return raw(asked, head, [`${SIZE.toString(16)}\r\n`, ...piecesOf(asked.file, 0, AT)]);
    },
    right: comes({ sent: 2.2 }),
  },
  {
    case: '2',
    name: 'chunked, and reset',
    file: { chunked: 1, cut: AT, times: 1 },
    right: comes({ sent: 2.2 }),
  },
  endsEarly('chunked, ended on a chunk’s boundary, by a server without ranges', { chunked: 1, ...NO_RANGES }),
  endsEarly('with a length, and ended early', {}, { case: 'new' }),
  endsEarly('ended with the connection, early', { delimited: 1 }, { case: '27' }),
  endsEarly('the same, of another origin that hides all', { delimited: 1, cors: 1 }, { case: '27', elsewhere: true }),
  endsEarly('the same, without a validator', { delimited: 1, etag: 'none', lastModified: 'none' }, { case: '27' }),
  endsEarly('the same, by a server without ranges', { delimited: 1, ...NO_RANGES }, { case: '27' }),
  {
    case: '27',
    name: 'ended with the connection, and whole',
    file: { delimited: 1 },
    right: comes({ requests: 2, sent: 1.3 }),
  },
  isWhole('416', (plan) => say(plan, 416, '', { 'content-range': `bytes */${SIZE}` })),
  isWhole('403', (plan) => say(plan, 403, 'no ranges')),
  isWhole('500', (plan) => say(plan, 500, 'no ranges')),
  isWhole('all of it', (plan) => {
    plan.status = 200;
    delete plan.headers['content-range'];
    plan.body = { seed: plan.body.seed, start: 0, end: SIZE };
  }),
  endsEarly('gzip, ended early', { gzip: 1 }, { case: '26' }),
  ...['aws-chunked', 'utf-8'].flatMap(strangeCoding),
  {
    case: 'new',
    name: 'Content-Encoding: identity, and a cut',
    file: { cut: 3_000_000, times: 1, headers: '{"content-encoding":"identity"}' },
    right: comes({ sent: 1.4 }),
  },
  {
    case: '14',
    name: 'gzip, and eight cuts; identity for ranges',
    file: { size: 12 * MIB, rate: 8e6, gzip: 1, cut: 1_500_000, times: 8 },
    right: comes({ sent: 2.5, requests: 24 }),
  },
  {
    case: 'new',
    name: 'gzip, and a cut; ranges are of the coded body',
    file: { gzip: 1 },
    answer(plan, { n, isRange, range }) {
      if (n === 1) return cut(plan);
      if (!isRange) return undefined;
      plan.headers['content-encoding'] = 'gzip';
      plan.headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${range.end}`;
    },
    right: comes({ sent: 3, requests: 16, seconds: 90 }),
  },
  {
    case: 'new',
    name: 'gzip with an ETag of its own, and two cuts',
    file: { gzip: 1, cut: 2_000_000, times: 2, lastModified: 'none' },
    answer(plan, { isRange }) {
      plan.headers.etag = isRange ? '"v1"' : '"v1-gzip"';
    },
    right: comes({ sent: 2.5 }),
  },
  {
    case: 'new',
    name: 'gzip with a Content-Length that is too long, always',
    file: { gzip: 1 },
    answer(plan, { isRange }) {
      if (isRange || !plan.headers['content-encoding']) return;
      plan.headers['content-length'] = String(plan.body.length + 1000);
      plan.headers.connection = 'close';
    },
    right: comes({ sent: 3 }),
  },
  {
    case: '13',
    name: 'the stored response says its length',
    right: comes({ sent: 1.4, requests: 4, check: sayLength(SIZE) }),
  },
  {
    case: '13',
    name: 'the stored response says its length, of a body that was resumed',
    answer: (plan, { n }) => void (n === 1 && cut(plan)),
    right: comes({ sent: 1.4, check: sayLength(SIZE) }),
  },
  {
    case: '13',
    name: 'the stored response says its length, and not that of its coding',
    file: { gzip: 1 },
    right: comes({ sent: 2.3, check: sayLength(SIZE) }),
  },
  {
    case: 'new',
    name: 'an empty file',
    file: { size: 0 },
    right: comes(),
  },
  {
    case: 'new',
    name: 'an empty file, chunked',
    file: { size: 0, chunked: 1 },
    right: comes(),
  },
  {
    case: 'new',
    name: 'cut cleanly at half, with a length, four times',
    answer: (plan, { n }) => void (n <= 4 && end(plan, 1_000_000)),
    right: comes({ sent: 1.6 }),
  },
];
