/** Connections that break, are silent, or are slow; over HTTP/1.1, and over HTTP/2. */
import { sleep, until } from '../../harness/process.mjs';
import { comes, MIB, raw } from '../lib/words.mjs';

const SMALL = { size: 20_000 };
const NO_RANGES = { ranges: 0, acceptRanges: 'none', etag: 'none', lastModified: 'none' };

/** Before the head of the first `times` responses. */
const beforeHead = (name, times, happens, more) => ({
  case: 'new',
  name,
  answer: (_plan, asked) => (asked.n <= times ? happens(asked) : undefined),
  right: comes(),
  ...more,
});

/** When 2 MB are sent. */
const meanwhile = (name, happens, more) => ({
  case: 'new',
  name,
  async during({ files: [file], origin }) {
    await until(() => file.sent > 2_000_000, { timeout: 60_000 });
    await happens(origin);
  },
  right: comes({ sent: 2, seconds: 90 }),
  ...more,
});

const http2 = (name, file, more) => ({
  case: '28',
  name: `HTTP/2: ${name}`,
  protocol: 'h2',
  file,
  right: comes({ sent: 2, seconds: 120 }),
  ...more,
});

const FOUR_STREAMS = { right: comes({ requests: 20, sent: 2, seconds: 120 }) };

export default [
  {
    case: '12',
    name: 'each body is silent for 40 s after 2 MB, without ranges',
    file: { chunked: 1, silence: 2_000_000, silenceFor: 40_000, ...NO_RANGES },
    right: comes({ sent: 3.5, requests: 4, seconds: 150 }),
  },
  {
    case: '12',
    name: 'each body is silent for 40 s after 2 MB, with ranges',
    file: { silence: 2_000_000, silenceFor: 40_000 },
    right: comes({ sent: 2, requests: 6, seconds: 150 }),
  },
  {
    case: 'new',
    name: 'the head takes 20 s, always',
    file: { delay: 20_000 },
    right: comes({ sent: 1.3, requests: 2, seconds: 90 }),
  },
  {
    case: 'new',
    name: 'the first byte takes 20 s, always',
    file: { bodyDelay: 20_000 },
    right: comes({ sent: 2.3, requests: 4, seconds: 90 }),
  },
  {
    case: 'new',
    name: 'a line of 30 kB/s',
    file: { size: 600_000, rate: 30_000 },
    right: comes({ sent: 1.3, requests: 2, seconds: 90 }),
  },
  {
    case: 'new',
    name: 'a line that breaks after every 400 kB',
    file: { cut: 400_000 },
    right: comes({ sent: 1.8, requests: 60, seconds: 150 }),
  },
  beforeHead('the first request goes into the void', 1, () => null, { right: comes({ seconds: 90, sent: 1.4 }) }),
  beforeHead('reset before the head, three times', 3, ({ exchange, entry }) => {
    entry.done = true;
    exchange.breakOff('reset');
    return null;
  }),
  beforeHead('closed before the head, three times', 3, ({ exchange, entry }) => {
    entry.done = true;
    exchange.breakOff('end');
    return null;
  }),
  beforeHead('closed in the middle of the head, twice', 2, (asked) =>
    raw(asked, 'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Le'),
  ),
  beforeHead(
    'closed in the middle of the head, twice, of another origin',
    2,
    (asked) => raw(asked, 'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nETag: "v1"\r\nContent-Le'),
    { elsewhere: true },
  ),
  beforeHead('what is no HTTP, twice', 2, (asked) => raw(asked, 'SSH-2.0-OpenSSH_9.2\r\n')),
  beforeHead('the head, and a reset, twice', 2, (asked) =>
    raw(asked, `HTTP/1.1 200 OK\r\nContent-Length: ${asked.file.size}\r\nETag: "v0"\r\n\r\n`, [], 'reset'),
  ),
  {
    case: 'new',
    name: 'a server that closes each connection, and says so',
    files: 40,
    file: SMALL,
    answer(plan) {
      plan.headers.connection = 'close';
    },
    right: comes({ requests: 4 }),
  },
  {
    case: 'new',
    name: 'a server that closes each connection, and does not say so',
    files: 40,
    file: SMALL,
    answer: (_plan, { exchange }) => exchange.onClose(() => exchange.connection.end()),
    right: comes({ requests: 8 }),
  },
  {
    case: 'new',
    name: 'trailing garbage on each connection',
    files: 12,
    file: SMALL,
    answer: (_plan, { exchange }) =>
      exchange.onClose(() => exchange.connection.write('\r\n\r\n<!-- served by nobody -->\n')),
    right: comes({ requests: 8 }),
  },
  meanwhile('the server is restarted', (origin) => origin.restart(1_000)),
  meanwhile('all packets are lost for 10 s', async (origin) => {
    origin.setMute(true);
    await sleep(10_000);
    origin.setMute(false);
  }),
  meanwhile('the server is away for 12 s', async (origin) => {
    await origin.setOffline(true);
    await sleep(12_000);
    await origin.setOffline(false);
  }),
  {
    case: '24',
    name: 'a thousand files of 1 kB',
    files: 1000,
    file: { size: 1_000 },
    right: comes({ requests: 3, seconds: 180 }),
  },
  http2('32 MiB, and no fault', { size: 32 * MIB, rate: 0 }, { right: comes({ sent: 1.3 }) }),
  http2('a stream is reset, three times', { size: 12 * MIB, cut: 2_000_000, times: 3 }),
  http2('a stream ends early, three times', { size: 12 * MIB, truncate: 2_000_000, times: 3 }),
  // Up to four streams break with their connection each time.
  http2('GOAWAY in mid-download, three times', { size: 12 * MIB, goaway: 2_000_000, times: 3 }, FOUR_STREAMS),
  http2('the connection is lost, three times', { size: 12 * MIB, disconnect: 2_000_000, times: 3 }, FOUR_STREAMS),
  http2('streams are refused, twice', { refuse: 1, times: 2 }),
  http2('a stream is reset, by a server without ranges', { cut: 2_000_000, times: 1, ...NO_RANGES }),
  http2(
    'sixty files, and a connection that ends now and then',
    { size: 50_000, rate: 100_000 },
    {
      files: 60,
      async during({ origin }) {
        for (let time = 0; time < 3; time++) {
          await sleep(1_500);
          origin.breakOff(time % 2 ? 'disconnect' : 'goaway-processed');
        }
      },
      right: comes({ requests: 12, seconds: 120 }),
    },
  ),
];
