/** Heads, and ways to delimit a body, that are rare, odd or wrong. */
import { comes, comesOrFails, cut, headOf, NOTHING, piecesOf, raw, SIZE, say } from '../lib/words.mjs';

const SMALL = 300_000;

/** A file whose head is written by hand, each time. */
const written = (name, lines, { end = '\r\n', before = '', right = {} } = {}) => ({
  case: 'new',
  name,
  file: { size: SMALL },
  answer: (_plan, asked) => raw(asked, before + headOf(lines(asked.file), end), piecesOf(asked.file, 0, SMALL)),
  right: comes({ requests: 4, sent: 2.3, ...right }),
});

const chunks = (file, note = '') =>
  piecesOf(file, 0, SMALL).flatMap((piece) => [`${piece.length.toString(16)}${note}\r\n`, piece, '\r\n']);

/** A file in chunks written by hand. */
const chunked = (name, lines, { note = '', last = '0\r\n\r\n' } = {}) => ({
  case: 'new',
  name,
  file: { size: SMALL },
  answer: (_plan, asked) =>
    raw(asked, headOf(['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', ...lines, 'Connection: close']), [
      ...chunks(asked.file, note),
      last,
    ]),
  right: comes({ requests: 4, sent: 2.3 }),
});

/** A header more, and a cut. */
const header = (name, headers) => ({
  case: 'new',
  name: `${name}, and a cut`,
  answer(plan, { n }) {
    Object.assign(plan.headers, headers);
    if (n === 1) cut(plan);
  },
  right: comes(),
});

const status = (code) => ({
  case: 'new',
  name: `${code} is a success without a body`,
  answer: (plan) => say(plan, code),
  right: comes({ versions: NOTHING, requests: 2 }),
});

const LENGTH = [`Content-Length: ${SMALL}`, 'ETag: "v1"', 'Connection: close'];
const OK = () => ['HTTP/1.1 200 OK', ...LENGTH];

/** Declares a byte that does not come. */
function oneTooMany(plan, { isRange }) {
  if (isRange) return;
  plan.headers['content-length'] = String(SIZE + 1);
  plan.headers.connection = 'close';
}

export default [
  written('103 Early Hints before the head', OK, {
    before: headOf(['HTTP/1.1 103 Early Hints', 'Link: </style.css>; rel=preload; as=style']),
  }),
  written('100 Continue before the head, which nobody has asked for', OK, {
    before: headOf(['HTTP/1.1 100 Continue']),
  }),
  written('lines that end with LF alone', OK, { end: '\n' }),
  written('a status line without a reason', () => ['HTTP/1.1 200', ...LENGTH]),
  written('Content-Length twice, the same', () => ['HTTP/1.1 200 OK', ...LENGTH, `Content-Length: ${SMALL}`]),
  written('HTTP/1.0, ended with the connection', () => ['HTTP/1.0 200 OK', 'Content-Type: application/octet-stream']),
  chunked('chunks with extensions and trailers', [], { note: ';part=1', last: '0\r\nX-Checksum: 1\r\n\r\n' }),
  chunked('chunks beside a Content-Length that is another', [`Content-Length: ${SMALL + 100}`]),
  {
    case: 'O2',
    name: 'Vary: *, and a cut',
    file: { vary: '*', cut: 3_000_000, times: 1 },
    right: comes(),
  },
  header('Content-Disposition: attachment', { 'content-disposition': 'attachment; filename="film.mp4"' }),
  header('Clear-Site-Data: "cache"', { 'clear-site-data': '"cache"' }),
  header('Cache-Control: immutable', { 'cache-control': 'public, max-age=31536000, immutable' }),
  header('a page’s type, and nosniff', { 'content-type': 'text/html', 'x-content-type-options': 'nosniff' }),
  header('a type that is none', { 'content-type': 'file' }),
  header(
    'sixty headers of 200 bytes',
    Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-${i}`, 'a'.repeat(200)])),
  ),
  header('Accept-Ranges: bytes, bytes', { 'accept-ranges': 'bytes, bytes' }),
  header('Accept-Ranges: none, though there are ranges', { 'accept-ranges': 'none' }),
  header('Content-Length and Transfer-Encoding are fine, and Refresh: 0', { refresh: '0; url=/login.html' }),
  {
    case: 'new',
    name: 'without Content-Type, and a cut',
    answer(plan, { n }) {
      delete plan.headers['content-type'];
      if (n === 1) cut(plan);
    },
    right: comes(),
  },
  status(204),
  status(205),
  {
    case: 'new',
    name: 'a Content-Length that is one too many, always',
    answer: oneTooMany,
    // Two things are said of it, and none is more likely.
    right: comesOrFails({ sent: 8, requests: 30, seconds: 150 }),
  },
  {
    case: 'new',
    name: 'a Content-Length that is one too many, always, of another origin that hides all',
    elsewhere: true,
    answer: oneTooMany,
    right: comesOrFails({ sent: 8, requests: 30, seconds: 150 }),
  },
  {
    case: 'new',
    name: 'a Content-Length that is one too few, always: so much is the file',
    files: 3,
    file: { size: SMALL, ranges: 0 },
    answer(plan) {
      plan.headers['content-length'] = String(SMALL - 1);
    },
    right: comes({ versions: [({ seed, size }) => ({ seed, size: size - 1 })], requests: 6, sent: 3 }),
  },
];
