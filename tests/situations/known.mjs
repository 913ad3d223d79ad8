/**
 * Ends of ours that are known to be wrong, by the name of the situation. One that is right after all is a failure, so
 * that this list says what is so; `varies`: it is right at times. Wrong in another way is one, too.
 */
import { ENGINES } from '../harness/launch.mjs';

const LIMIT =
  'a limit that docs/spec-notes.md has: where no range is served, the browser is believed that it is the end';
const HALF_AN_HOUR = 'a server that has answered before is asked sixty times, which takes half an hour';
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
  'what is no HTTP, twice': is('wrong bytes', 'over HTTP without TLS, it takes anything for HTTP/0.9', {
    engines: ['firefox'],
  }),

  'to a range: 503, always': is('stuck', HALF_AN_HOUR),
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
  '401 with a challenge of Basic authentication, always': is(
    'stuck',
    'its browser asks the user for a password, and nobody answers; so it is asked again for minutes',
    { engines: ['webkit'] },
  ),
};

/** Whether an end is known to be wrong. @param {string} name @param {string} engine */
export const isKnown = (name, engine) => Boolean(KNOWN[name]?.engines.includes(engine));

/** @param {{name: string}[]} situations */
export function unknownNames(situations) {
  const names = new Set(situations.map(({ name }) => name));
  return Object.keys(KNOWN).filter((name) => !names.has(name));
}
