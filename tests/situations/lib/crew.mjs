/**
 * Several situations at a time, in one browser: each has an origin of its own, and so its storage, worker and locks.
 * Chromium's own API has a limit of downloads for the whole browser, which outlive the app: there each has a browser.
 */
import { launch } from '../../harness/launch.mjs';
import { within } from '../../harness/process.mjs';
import { play } from './play.mjs';

const CLOSING_MS = 20_000;
/** On a busy machine these say nothing yet: they are tried once more, alone. */
const DOUBTFUL = ['costly', 'untidy', 'error'];

/**
 * @typedef {import('./play.mjs').Situation} Situation
 * @typedef {import('./play.mjs').Played & {engine: string, case: string, name: string}} Result
 */

/** A browser that is shared until something goes wrong in it. */
class Shared {
  /** @type {{browser: Promise<any>, users: number, isSpent: boolean} | null} */
  #current = null;

  /** @param {string} name @param {boolean} isForOne */
  constructor(name, isForOne) {
    this.name = name;
    this.isForOne = isForOne;
  }

  /** @template T @param {(browser: any) => Promise<T>} use @param {(value: T) => boolean} isGood @returns {Promise<T>} */
  async lend(use, isGood) {
    const own = this.isForOne ? this.#start() : (this.#current ??= this.#start());
    own.users += 1;
    try {
      const value = await use(await own.browser);
      if (!isGood(value)) this.#spend(own);
      return value;
    } catch (error) {
      this.#spend(own);
      throw error;
    } finally {
      own.users -= 1;
      if (own.users === 0 && (own.isSpent || this.isForOne)) await close(own);
    }
  }

  async close() {
    if (this.#current) await close(this.#current);
    this.#current = null;
  }

  #start() {
    return { browser: launch(/** @type {any} */ (this.name)), users: 0, isSpent: false };
  }

  #spend(own) {
    own.isSpent = true;
    if (this.#current === own) this.#current = null;
  }
}

const close = ({ browser }) =>
  within(
    browser.then((each) => each.close()),
    CLOSING_MS,
    'the browser closing',
  ).catch((error) => console.log(String(error)));

/**
 * @param {string} engine @param {Situation[]} situations
 * @param {{dist: string, atOnce: number, tell: (result: Result, isLast: boolean) => void}} options
 * @returns {Promise<Result[]>}
 */
export async function runIn(engine, situations, { dist, atOnce, tell }) {
  // Its ends are only reported.
  const isNative = engine === 'chromium-native';
  const shared = new Shared(engine, isNative);
  /** @type {Result[]} */
  const results = [];
  /** @type {Situation[]} */
  const again = [];
  const runOne = async (/** @type {Situation} */ situation, /** @type {boolean} */ isLast) => {
    const played = await shared
      .lend(
        (browser) => play(situation, { browser, dist }),
        ({ outcome }) => outcome !== 'error',
      )
      .catch((error) => ({
        outcome: /** @type {const} */ ('error'),
        detail: String(error).split('\n')[0],
        seconds: 0,
      }));
    const result = { engine, case: situation.case, name: situation.name, ...played };
    const decides = isLast || isNative || !DOUBTFUL.includes(result.outcome);
    tell(result, decides);
    if (decides) results.push(result);
    else again.push(situation);
  };
  const work = async (/** @type {Situation[]} */ queue, isLast = false) => {
    for (let next = queue.shift(); next; next = queue.shift()) await runOne(next, isLast);
  };
  // The longest first: the others fill the time that they only wait.
  const queue = situations
    .filter(({ browsers }) => !browsers || browsers.includes(engine))
    .sort((a, b) => b.right.seconds - a.right.seconds);
  await Promise.all(Array.from({ length: atOnce }, () => work(queue)));
  await work(again, true);
  await shared.close();
  return results;
}
