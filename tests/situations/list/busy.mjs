/** Servers that say "not now", and those that are away for a while. */
import { sleep, until } from '../../harness/process.mjs';
import { comes, cut, fails, PAGE, say, withoutCors } from '../lib/words.mjs';

const SMALL = { size: 20_000 };
const anHourAgo = () => new Date(Date.now() - 3_600_000).toUTCString();
const soon = () => new Date(Date.now() + 3_000).toUTCString();

/** Each twentieth of 200 files is refused once. */
const onceInTwenty = (name, refuse) => ({
  case: '1',
  name,
  elsewhere: true,
  files: 200,
  file: SMALL,
  answer(plan, { n, file }) {
    if (file.index % 20 === 0 && n === 1) refuse(plan);
  },
  right: comes({ requests: 3, seconds: 120 }),
});

/** A body that is cut, and a server that says "not now" for 4 s, with a `Retry-After` that means nothing. */
const meaningless = (what, value) => ({
  case: '11',
  name: `after a cut, 503 with Retry-After: ${what}, for 4 s`,
  answer(plan, { n, age }) {
    if (n === 1) cut(plan);
    else if (age < 4_500) say(plan, 503, 'later', { 'retry-after': value() });
  },
  // A wait begins at nothing and grows with how long it has been away.
  right: comes({ requests: 20, sent: 1.4 }),
});

/** A server that is away for so many seconds, when twelve of sixty files are whole. */
const isAway = (seconds, more) => ({
  case: '5',
  elsewhere: true,
  files: 60,
  file: { size: 200_000, rate: 200_000 },
  async during({ files, origin }) {
    await until(() => files.filter(({ sent, size }) => sent >= size).length >= 12, { timeout: 60_000 });
    await origin.setOffline(true);
    await sleep(seconds * 1000);
    await origin.setOffline(false);
  },
  right: comes({ requests: 12, sent: 1.4, seconds: 120 }),
  ...more,
});

/** A status that says so once and for all. */
const isFinal = (status, headers = {}, name = `${status}, always`) => ({
  case: 'new',
  name,
  file: SMALL,
  answer: (plan) => say(plan, status, PAGE, headers),
  right: fails('bad-status', { requests: 1, seconds: 30 }),
});

export default [
  onceInTwenty('one of twenty: 429, whose Retry-After is hidden', (plan) =>
    say(plan, 429, 'slow down', { 'retry-after': '1' }),
  ),
  onceInTwenty('one of twenty: 429 without CORS', (plan) => {
    say(plan, 429, 'slow down');
    withoutCors(plan);
  }),
  onceInTwenty('one of twenty: 503 with a page', (plan) => say(plan, 503, PAGE)),
  {
    case: '1',
    name: 'a server that bears two connections (503 without Retry-After)',
    files: 60,
    file: { size: 20_000, rate: 200_000 },
    before: async ({ origin }) => origin.setBears(2),
    right: comes({ requests: 10, seconds: 90 }),
  },
  {
    case: '1',
    name: 'after a cut, 429 without Retry-After, twice',
    answer(plan, { n, isRange, nth }) {
      if (n === 1) cut(plan);
      else if (isRange && nth <= 2) say(plan, 429, 'slow down');
    },
    right: comes({ sent: 1.4 }),
  },
  {
    case: 'E10',
    name: 'three hundred files of a server that is busy for 5 s',
    files: 300,
    file: { size: 5_000 },
    before: async ({ origin }) => origin.setBusy(5),
    right: comes({ requests: 12, seconds: 120 }),
  },
  isAway(15, { name: 'a host that is away for 15 s, amid sixty files' }),
  isAway(8, { name: 'the own host is away for 8 s, amid sixty files', elsewhere: false }),
  meaningless('0', () => '0'),
  meaningless('1.5', () => '1.5'),
  meaningless('-1', () => '-1'),
  meaningless('an hour ago', anHourAgo),
  meaningless('"soon"', () => 'soon'),
  {
    case: '11',
    name: '503 with Retry-After: 0 from the first, for 2 s',
    answer(plan, { age }) {
      if (age < 2_000) say(plan, 503, 'later', { 'retry-after': '0' });
    },
    right: comes({ sent: 1.4 }),
  },
  {
    case: 'new',
    name: '503 with the date of Retry-After, once',
    answer(plan, { n }) {
      if (n === 1) say(plan, 503, 'later', { 'retry-after': soon() });
    },
    right: comes({ sent: 1.4, requests: 3 }),
  },
  {
    case: 'new',
    name: '429, then a redirect, then the file',
    answer(plan, { n, url }) {
      if (n === 1) say(plan, 429, 'slow down');
      else if (!url.searchParams.has('moved')) say(plan, 302, '', { location: `${url.pathname}${url.search}&moved=1` });
    },
    right: comes({ sent: 1.4, requests: 6 }),
  },
  {
    case: 'new',
    name: '503 with a page three times, then the file',
    answer(plan, { n }) {
      if (n <= 3) say(plan, 503, PAGE);
    },
    right: comes({ sent: 1.4 }),
  },
  {
    case: 'new',
    name: 'after a cut, a 522 of the CDN with its page, twice',
    answer(plan, { n, isRange, nth }) {
      if (n === 1) cut(plan);
      else if (isRange && nth <= 2) say(plan, 522, PAGE);
    },
    right: comes({ sent: 1.4 }),
  },
  {
    // Whoever keeps a connection that was closed for idleness may take it for the answer to the next request.
    case: 'new',
    name: '408 on idle connections, which nobody has asked for',
    files: 12,
    file: SMALL,
    answer(_plan, { exchange }) {
      const { connection } = exchange;
      exchange.onClose(() =>
        setTimeout(
          () => connection.end('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
          5,
        ),
      );
    },
    right: comes({ requests: 8 }),
  },
  {
    case: 'new',
    name: '503, always: a bad status in the end',
    file: SMALL,
    answer: (plan) => say(plan, 503, PAGE),
    right: fails('bad-status', { requests: 30, seconds: 200 }),
  },
  isFinal(404),
  isFinal(410),
  isFinal(500),
  isFinal(401, { 'www-authenticate': 'Basic realm="files"' }, '401 with a challenge of Basic authentication, always'),
];
