/** Other origins, redirects, URLs, and what the browser says of the network. */
import { comes, cut, fails, MIB, say, withoutCors } from '../lib/words.mjs';

const SMALL = { size: 100_000 };
/** A signature of a URL is good for so many ms. */
const GOOD_FOR = 1_000;

/** The worker's browser says that there is no network, though there is. */
const offline = (name, more) => ({
  case: '16',
  name: `navigator.onLine is always false: ${name}`,
  open: { before: ['offline'] },
  ...more,
});

/** A URL that leads to one that is signed anew each time. */
const signed = (number, name, elsewhere) => ({
  case: number,
  name,
  elsewhere,
  file: { rate: 4e6, cut: 2_000_000, times: 4, ...(elsewhere && { expose: 1 }) },
  answer(plan, { url, age }) {
    const signature = url.searchParams.get('signed');
    if (signature === null) say(plan, 302, '', { location: `${url.pathname}${url.search}&signed=${age}` });
    else if (age - Number(signature) > GOOD_FOR) say(plan, 403, 'the signature has expired');
  },
  right: comes({ sent: 2, requests: 24 }),
});

const url = (name, more, right = {}) => ({
  case: 'O6',
  name,
  file: SMALL,
  right: comes({ sent: 1.3, requests: 2, ...right }),
  ...more,
});

export default [
  {
    case: '15',
    name: 'a copy without CORS is in the HTTP cache, of an <img>',
    elsewhere: true,
    file: { size: 3 * MIB, cors: 'ifOrigin', headers: '{"cache-control":"max-age=3600"}' },
    async before({ page, files: [file] }) {
      await page.evaluate((src) => {
        const image = new Image();
        // It is no image: that it has come is enough.
        return new Promise((resolve) => Object.assign(image, { onload: resolve, onerror: resolve, src })).then(
          () => null,
        );
      }, file.url);
    },
    right: comes({
      sent: 2.4,
      check: ({ asked }) => (asked.at(-1)?.headers.origin ? undefined : 'no request with Origin'),
    }),
  },
  offline('a file', { right: comes({ requests: 3, sent: 1.3 }) }),
  offline('a file, and a cut', { answer: (plan, { n }) => void (n === 1 && cut(plan)), right: comes({ seconds: 90 }) }),
  offline('another origin without CORS', {
    elsewhere: true,
    file: SMALL,
    answer: withoutCors,
    right: fails('fetch-error', { requests: 20, seconds: 60 }),
  }),
  offline('a port that browsers block', {
    request: () => 'http://127.0.0.1:25/',
    right: fails('fetch-error', { requests: 0 }),
  }),
  {
    case: 'new',
    name: 'another origin without CORS',
    elsewhere: true,
    file: SMALL,
    answer: withoutCors,
    right: fails('fetch-error', { requests: 10 }),
  },
  {
    case: 'new',
    name: 'two proxies that both add Access-Control-Allow-Origin',
    elsewhere: true,
    file: SMALL,
    answer(plan) {
      plan.headers['access-control-allow-origin'] = '*, *';
    },
    right: fails('fetch-error', { requests: 10 }),
  },
  {
    case: 'new',
    name: 'another origin that forbids itself to pages (Cross-Origin-Resource-Policy) beside CORS, and a cut',
    elsewhere: true,
    answer(plan, { n }) {
      plan.headers['cross-origin-resource-policy'] = 'same-origin';
      if (n === 1) cut(plan);
    },
    right: comes(),
  },
  {
    case: 'new',
    name: 'another origin that hides all, and four cuts',
    elsewhere: true,
    file: { cut: 1_000_000, times: 4 },
    right: comes(),
  },
  {
    case: 'new',
    name: 'another origin without CORS on its errors, and two 500 after a cut',
    elsewhere: true,
    answer(plan, { n, isRange, nth }) {
      if (n === 1) return cut(plan);
      if (!isRange || nth > 2) return undefined;
      say(plan, 500, 'oops');
      withoutCors(plan);
    },
    right: comes({ seconds: 90 }),
  },
  {
    case: '10',
    name: 'a signature that has expired, and 403 without CORS from then on',
    elsewhere: true,
    answer(plan, { n }) {
      if (n === 1) return cut(plan);
      say(plan, 403, 'the signature has expired');
      withoutCors(plan);
    },
    // The app has to ask for another URL, and should be told so soon.
    right: fails('fetch-error', { events: ['fetch-error', 'bad-status'], requests: 90, seconds: 120 }),
  },
  {
    case: 'new',
    name: 'a signature that has expired, and 403 from then on',
    answer: (plan, { n }) => (n === 1 ? cut(plan) : say(plan, 403, 'the signature has expired')),
    right: fails('bad-status', { requests: 12, seconds: 60 }),
  },
  signed('O1', 'a redirect to a URL that is signed anew each time, and good for 1 s; four cuts', false),
  signed('O1', 'the same, of another origin', true),
  {
    case: 'new',
    name: 'a redirect of the app’s origin to another, and four cuts',
    async before({ t, origin }) {
      origin.setPeer((await t.startOrigin()).url);
    },
    file: { redirect: 'cross', cors: 1, cut: 1_000_000, times: 4 },
    right: comes(),
  },
  {
    case: 'new',
    name: 'redirects that go round in circles',
    file: SMALL,
    answer: (plan, { url: { pathname, search } }) => say(plan, 302, '', { location: pathname + search }),
    head: (plan, { pathname, search }) => say(plan, 302, '', { location: pathname + search }),
    // Ten attempts: its server is there, and may be right again.
    right: fails('fetch-error', { requests: 600, seconds: 240 }),
  },
  url('a path of letters that are not ASCII', {
    request: (file) => `${file.url}&name=%E2%82%ACé ü`,
  }),
  url('a fragment', { request: (file) => `${file.url}#chapter-2` }),
];
