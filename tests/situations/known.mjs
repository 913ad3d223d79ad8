/**
 * Ends of ours that are known to be wrong, by the name of the situation. One that is right after all is a failure, so
 * that this list says what is so; `varies`: it is right at times. Wrong in another way is one, too.
 */
import { ENGINES } from '../harness/launch.mjs';

const LIMIT =
  'a limit that docs/spec-notes.md has: where no range is served, the browser is believed that it is the end';
const HALF_AN_HOUR = 'a server that has answered before is asked sixty times, which takes half an hour';
const HALF_A_HEAD = 'over HTTP without TLS, half a head is a head for it; an empty body without a length is believed';
const NO_NETWORK = 'a browser that says that there is no network is believed, and asks every 5 s, for ever';
const NEVER_TWICE =
  'a validator that is another, or not there, in each part is begun anew three times, and never again';

/**
 * @typedef {{end: import('./lib/judge.mjs').Outcome, reason: string, engines: readonly string[], varies?: boolean}} Known
 *
 * @param {Known['end']} end @param {string} reason @param {Partial<Known>} [more] @returns {Known}
 */
const is = (end, reason, more) => ({ end, reason, engines: ENGINES, ...more });

/** @type {Record<string, Known>} */
export const KNOWN = {
  'the same, by a server without ranges': is('wrong bytes', LIMIT),
  'chunked, ended on a chunk’s boundary, by a server without ranges': is('wrong bytes', LIMIT, { engines: ['webkit'] }),
  'closed in the middle of the head, twice': is('wrong bytes', HALF_A_HEAD, { engines: ['chromium', 'firefox'] }),
  'closed in the middle of the head, twice, of another origin': is('wrong bytes', HALF_A_HEAD, {
    engines: ['chromium', 'firefox'],
  }),
  'what is no HTTP, twice': is('wrong bytes', 'over HTTP without TLS, it takes anything for HTTP/0.9', {
    engines: ['firefox'],
  }),
  'to a range: the rest of it, as 200': is('wrong bytes', 'a 200 is the whole, though its ETag is of a longer one'),
  'to a range: the rest of it, as 200, without a validator': is('wrong bytes', 'a 200 is the whole'),

  'to a range: 500, always': is('stuck', HALF_AN_HOUR),
  'to a range: 503, always': is('stuck', HALF_AN_HOUR),
  'a chunked body that is whole, and the question where it ends: 500': is(
    'stuck',
    `${HALF_AN_HOUR}, and then it fails, though all is there`,
  ),
  'to a range: 206 that lacks the last byte, and says so, always': is('stuck', HALF_AN_HOUR),
  'a signature that has expired, and 403 without CORS from then on': is('stuck', HALF_AN_HOUR),
  'gzip, and a cut; ranges are of the coded body': is(
    'stuck',
    `the answer to the question where a body ends cannot be decoded: ${HALF_AN_HOUR}`,
    { engines: ['firefox'] },
  ),
  'chunks beside a Content-Length that is another': is(
    'stuck',
    `of the own origin, Content-Length is believed more than the end, each time: ${HALF_AN_HOUR}`,
  ),
  'redirects that go round in circles': is(
    'stuck',
    'a server whose every answer is an error of the network looks like none, which is waited for',
  ),
  'navigator.onLine is always false: another origin without CORS': is('stuck', NO_NETWORK),
  'navigator.onLine is always false: a port that browsers block': is('stuck', NO_NETWORK),
  '401 with a challenge of Basic authentication, always': is(
    'stuck',
    'its browser asks the user for a password, and nobody answers; so it is asked again for minutes',
    { engines: ['webkit'] },
  ),

  // Right where a machine is so busy that a part of what was sent came through.
  ...Object.fromEntries(
    [
      'another ETag at each request, of another origin, and nine cuts',
      'another ETag at each request, and no date, of another origin, and nine cuts',
      'another ETag at each request, whatever If-Range says, and nine cuts',
      'parts without any validator, and nine cuts',
      'Content-Range is hidden, and no part is longer than a MiB; nine cuts',
    ].map((name) => [name, is('failed', NEVER_TWICE, { varies: true })]),
  ),
};

/** Whether an end is known to be wrong. @param {string} name @param {string} engine */
export const isKnown = (name, engine) => Boolean(KNOWN[name]?.engines.includes(engine));

/** @param {{name: string}[]} situations */
export function unknownNames(situations) {
  const names = new Set(situations.map(({ name }) => name));
  return Object.keys(KNOWN).filter((name) => !names.has(name));
}
