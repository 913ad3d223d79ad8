/**
 * Runs scenarios in one browser. Several lanes at a time, each with a browser of its own, because most
 * scenarios only wait; then, one after the other, those that must be alone.
 */
import { launch } from '../../harness/launch.mjs';
import { within } from '../../harness/process.mjs';
import { Context } from './context.mjs';
import { atMost, LATE, PATIENCE, TooMuch } from './measure.mjs';

/** An expected failure that is a time-out need not take all of it. */
const DIFFERING_TIMEOUT = 12_000;
/** How often a figure is measured at most, until one is as promised. */
const MEASURED = 3;

/**
 * @typedef {import('./scenarios.mjs').Named} Named
 * @typedef {{browser: string, title: string, protocol: string, outcome: 'passed' | 'failed' | 'skipped' | 'differs' | 'again', seconds: number, error?: string, evidence?: string[], isTooMuch?: boolean}} Result
 */

/** @param {string} browser */
const isNative = (browser) => browser === 'chromium-native';

/** A browser that is launched when it is needed, and again when a scenario has left it in disorder. */
class Lane {
  /** @type {Awaited<ReturnType<typeof launch>> | null} */
  #browser = null;
  #options = '{}';

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** @param {object} [options] of launch() */
  async browser(options = {}) {
    const wanted = JSON.stringify(options);
    if (wanted !== this.#options) await this.close();
    this.#options = wanted;
    this.#browser ??= await launch(/** @type {any} */ (this.name), options);
    return this.#browser;
  }

  async close() {
    const browser = this.#browser;
    this.#browser = null;
    await browser?.close();
  }
}

/**
 * @param {string} name @param {Named[]} scenarios
 * @param {{dist: string, repeat: number, lanes: number}} options
 * @returns {Promise<Result[]>}
 */
export async function runInBrowser(name, scenarios, { dist, repeat, lanes }) {
  const started = Date.now();
  /** @type {Result[]} */
  const results = [];
  const todo = [];
  for (const scenario of scenarios) {
    const reason = whyNot(scenario, name);
    if (reason)
      tell(results, {
        browser: name,
        title: scenario.title,
        protocol: scenario.protocol,
        outcome: 'skipped',
        seconds: 0,
        error: reason,
      });
    else for (let i = 0; i < repeat; i++) todo.push({ ...scenario, measured: 0 });
  }
  const alone = todo.filter((scenario) => scenario.alone || scenario.launch);
  const idle = todo.filter((scenario) => scenario.idles);
  // The longest first: the others then fill the time that they only wait.
  const others = todo.filter((scenario) => !alone.includes(scenario) && !idle.includes(scenario));
  const together = others.sort((a, b) => b.timeout - a.timeout);

  const work = async (/** @type {Lane} */ lane, /** @type {(Named & {measured: number})[]} */ queue) => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const result = await runOne(lane, next, dist);
      next.measured += 1;
      if (result.isTooMuch && next.measured < MEASURED) {
        print({ ...result, outcome: 'again' });
        alone.push(next);
      } else tell(results, result);
    }
  };
  // Chromium's own implementation hardly does anything but wait before it asks again.
  const wanted = isNative(name) ? 2 * lanes : lanes;
  const all = Array.from({ length: Math.max(1, Math.min(wanted, together.length)) }, () => new Lane(name));
  const beside = Array.from(idle, () => new Lane(name));
  await Promise.all([...all.map((lane) => work(lane, together)), ...beside.map((lane) => work(lane, idle))]);
  await Promise.all([...all.slice(1), ...beside].map((lane) => lane.close()));
  await work(all[0], alone);
  await all[0].close();
  console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return results;
}

/** @param {Named} scenario @param {string} browser */
function whyNot({ skip, browsers }, browser) {
  if (skip) return skip;
  if (browsers && !browsers.includes(browser)) return `for ${browsers.join(', ')} only`;
  return null;
}

/** @param {Lane} lane @param {Named} scenario @param {string} dist @returns {Promise<Result>} */
async function runOne(lane, scenario, dist) {
  const { title, protocol } = scenario;
  const differs = isNative(lane.name) ? scenario.nativeDiffers : undefined;
  const timeout = differs ? Math.min(scenario.timeout, DIFFERING_TIMEOUT) : scenario.timeout * PATIENCE;
  const started = Date.now();
  const result = (/** @type {Result['outcome']} */ outcome, /** @type {object} */ more = {}) => ({
    browser: lane.name,
    title,
    protocol,
    outcome,
    seconds: (Date.now() - started) / 1000,
    ...more,
  });
  /** @type {Context | undefined} */
  let context;
  let isGood = false;
  try {
    context = await new Context({ browser: await lane.browser(scenario.launch), dist, protocol }).start();
    await within(scenario.run(context), timeout, 'the scenario ending');
    await context.expectNoErrors();
    isGood = true;
    if (!isNative(lane.name)) atMost(Date.now() - started, scenario.timeout * LATE, 'ms until the scenario ended');
    if (differs) return result('failed', { error: `passes natively, though it should differ: ${differs}` });
    return result('passed');
  } catch (error) {
    const known = differs ?? (isNative(lane.name) && scenario.nativeVaries);
    if (known) return result('differs', { error: known });
    const evidence = await context?.evidence();
    return result('failed', {
      error: String(/** @type {Error} */ (error)?.stack ?? error),
      evidence,
      isTooMuch: error instanceof TooMuch,
    });
  } finally {
    await context?.end();
    // Nobody knows what a scenario that broke off has left behind, native downloads go on when their app is gone,
    // and a Firefox that was killed may have lost count of what is stored (quota.mjs): of all origins on one host.
    if (!isGood || context?.wasKilled || isNative(lane.name)) await lane.close();
  }
}

/** @param {Result[]} results @param {Result} result */
function tell(results, result) {
  results.push(result);
  print(result);
}

/** @param {Result} result */
function print(result) {
  const { browser, title, outcome, seconds, error, evidence = [] } = result;
  const marks = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped', differs: 'differs', again: 'again  ' };
  const note = ['skipped', 'differs', 'again'].includes(outcome) ? `: ${String(error).split('\n')[0]}` : '';
  console.log(`${marks[outcome]} ${browser}  ${title} (${seconds.toFixed(1)} s)${note}`);
  if (outcome !== 'failed') return;
  for (const line of [...String(error).split('\n'), ...evidence]) console.log(`          ${line}`);
}
