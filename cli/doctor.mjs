// `doctor`: whether a server lets downloads go on, in plain sentences.

import { PlainError } from './plain-error.mjs';
import { probe } from './probe.mjs';
import { judge } from './verdict.mjs';

/**
 * @param {string} address of the file
 * @param {{origin?: string}} options
 * @param {(line: string) => void} say
 * @returns {Promise<number>} the exit code: 0 if a download of it goes on after a break
 */
export async function doctor(address, options, say) {
  const url = parse(address).href;
  const origin = options.origin === undefined ? undefined : parse(options.origin).origin;
  const answers = await probe(url, origin).catch((error) => {
    throw new PlainError(`${url} does not answer: ${error.cause?.message || error.message}`);
  });
  const verdict = judge(answers);
  report(answers, verdict, say);
  return verdict.ok ? 0 : 1;
}

function parse(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new PlainError(`${address} is not an address that begins with https:// or http://.`);
}

function report({ url, origin, whole, head }, { comes, resumes, splits, advice }, say) {
  const isOwn = origin === new URL(url).origin;
  say(`${url}\nfor an app of ${isOwn ? 'the same origin (another one: --origin https://app.example)' : origin}\n`);
  say(`Can it be downloaded?     ${comes}`);
  say(`Does it go on from where it was, after a break?   ${resumes}`);
  say(`Can it come in parts at the same time?   ${splits}`);
  for (const note of notes(url, whole, head)) say(`Beside that: ${note}`);
  if (advice.length === 0) return;
  say('\nWhat to change at the server, or to tell the CDN:');
  for (const line of advice) say(`- ${line}`);
}

/** What does no harm, but may surprise. */
function notes(url, whole, head) {
  return [
    whole.url !== url && `it is redirected to ${whole.url}.`,
    head && head.status !== whole.status && `HEAD is answered ${head.status}; nothing here needs it.`,
  ].filter(Boolean);
}
