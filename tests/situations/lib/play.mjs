/** One situation in one browser, from the app's start to what its worker saw in the end. */
import { Context } from '../../e2e/lib/context.mjs';
import { within } from '../../harness/process.mjs';
import { isKnown } from '../known.mjs';
import { judge } from './judge.mjs';
import { RATE, rangeOf, SIZE } from './words.mjs';

const ID = 'situation';
/** Chromium's own asks again after 20 s, and not sooner. */
const NATIVE_SECONDS = 70;
/** For all that is not the download itself. */
const AROUND_MS = 120_000;

/**
 * @typedef {object} Situation
 * @property {string} case of the list of public cases; "new" if it is not among them
 * @property {string} name
 * @property {Record<string, string | number>} [file] parameters of /file: those of all files
 * @property {number} [files] how many, 1 by default
 * @property {boolean} [elsewhere] of another origin
 * @property {'h1' | 'h2'} [protocol]
 * @property {string[]} [browsers] the only ones it can be had in
 * @property {(plan: import('./words.mjs').Plan, asked: import('./words.mjs').Asked) => unknown} [answer] changes what the
 *   server would answer to a GET; `null` if it has answered by itself
 * @property {(plan: import('./words.mjs').Plan, url: URL) => void} [head] the same for HEAD
 * @property {object} [open] options of Context.open()
 * @property {(file: any, stage: Stage) => unknown} [request] what the app asks for, in place of the URL
 * @property {(stage: Stage) => Promise<unknown>} [before] what happens first
 * @property {(stage: Stage) => Promise<unknown>} [during] what happens meanwhile
 * @property {import('./words.mjs').Right} right
 *
 * @typedef {{t: Context, page: any, files: any[], origin: import('../../e2e/lib/context.mjs').Origin}} Stage
 *
 * @typedef {import('./judge.mjs').Verdict & {seconds: number, requests?: number, sent?: number, evidence?: string[]}} Played
 */

/** @param {Situation} situation @param {{browser: any, dist: string}} world @returns {Promise<Played>} */
export async function play(situation, { browser, dist }) {
  const started = Date.now();
  const t = new Context({ browser, dist, protocol: situation.protocol ?? 'h1' });
  try {
    await t.start();
    return await within(playIn(t, situation), secondsOf(situation, t) * 1000 + AROUND_MS, 'the situation ending');
  } catch (error) {
    const detail = String(/** @type {Error} */ (error)?.message ?? error).split('\n')[0];
    return { outcome: 'error', detail, seconds: (Date.now() - started) / 1000, evidence: await t.evidence() };
  } finally {
    await t.end();
  }
}

/** @param {Context} t @param {Situation} situation @returns {Promise<Played>} */
async function playIn(t, situation) {
  const stage = await setUp(t, situation);
  const { page, files } = stage;
  const started = Date.now();
  const seconds = () => (Date.now() - started) / 1000;
  const wanted = files.map((file) => situation.request?.(file, stage) ?? file.url);
  const refusal = await t.fetch(page, ID, wanted).then(
    () => null,
    (error) => `fetch() itself rejects: ${error.name}`,
  );
  if (refusal) return { outcome: 'failed', detail: refusal, seconds: seconds() };
  const happening = Promise.resolve(situation.during?.(stage));
  happening.catch(() => {});
  const row = await rowOf(page, secondsOf(situation, t));
  const took = seconds();
  const verdict = row ? judge(row, files, situation.right, took) : await stuck(page);
  // What could not happen any more is nothing beside a wrong end.
  await (verdict.outcome === 'right' ? happening : happening.catch(() => {}));
  const costs = {
    requests: files.reduce((sum, { requests }) => sum + requests.length, 0),
    sent: files.reduce((sum, { sent }) => sum + sent, 0) / Math.max(1, files.length * Number(files[0].size)),
  };
  const tidy = verdict.outcome === 'right' ? await untidy(t, page) : null;
  const all = { seconds: took, ...costs, ...(tidy ?? verdict) };
  return all.outcome === 'right' ? all : { ...all, evidence: await t.evidence() };
}

/** @param {Context} t @param {Situation} situation @returns {Promise<Stage>} */
async function setUp(t, situation) {
  const origin = situation.elsewhere ? await t.startOrigin() : t.origin;
  const files = Array.from({ length: situation.files ?? 1 }, (_, index) => {
    const file = t.file({ size: SIZE, rate: RATE, ...(situation.elsewhere && { cors: 1 }), ...situation.file }, origin);
    origin.setChange(file.key, changeOf(situation, file, index));
    return file;
  });
  const page = await t.open(situation.open);
  const stage = { t, page, files, origin };
  await situation.before?.(stage);
  return stage;
}

/** @param {Situation} situation @param {{seed: number, size: number}} file @param {number} index */
export function changeOf({ answer, head }, { seed, size }, index) {
  const counts = { all: 0, ranged: 0, whole: 0 };
  let first = 0;
  return async (plan, { method, headers, url }, exchange, entry) => {
    if (method === 'HEAD') head?.(plan, url);
    if (method !== 'GET') return plan;
    const isRange = headers.range !== undefined;
    counts.all += 1;
    const nth = isRange ? ++counts.ranged : ++counts.whole;
    first ||= Date.now();
    const asked = {
      n: counts.all,
      nth,
      isRange,
      range: rangeOf(headers.range, Number(size)),
      age: Date.now() - first,
      url,
      headers,
      file: { seed: Number(seed), size: Number(size), index },
      exchange,
      entry,
    };
    return (await answer?.(plan, asked)) === null ? null : plan;
  };
}

/** How long its end is waited for: twice as long as it should take, if it may come. @param {Situation} situation @param {Context} t */
function secondsOf({ name, right }, t) {
  if (t.isNative) return Math.max(right.seconds, NATIVE_SECONDS);
  return isKnown(name, t.browser.name) ? right.seconds : 2 * right.seconds;
}

async function rowOf(page, seconds) {
  const find = async (id) => (await log.rows()).find((row) => row.kind === 'event' && row.id === id);
  return page.waitFor(find, { timeout: seconds * 1000, args: [ID], every: 250 }).catch(() => null);
}

/** @returns {Promise<import('./judge.mjs').Verdict>} */
async function stuck(page) {
  const state = await page.evaluate((id) => app.state(id), ID).catch(() => null);
  return { outcome: 'stuck', detail: state ? `at ${state.downloaded} bytes` : 'the page does not answer' };
}

/** @returns {Promise<import('./judge.mjs').Verdict | null>} */
async function untidy(t, page) {
  try {
    await t.expectNothingLeft(page);
    await t.expectNoErrors();
    const events = await t.rows(page, { kind: 'event', id: ID });
    return events.length === 1 ? null : { outcome: 'untidy', detail: `${events.length} events` };
  } catch (error) {
    return {
      outcome: 'untidy',
      detail: String(/** @type {Error} */ (error).message)
        .replaceAll('\n', ' ')
        .slice(0, 300),
    };
  }
}
