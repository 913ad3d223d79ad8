/** What all engines' pages have in common. A driver supplies run(), navigate(), shut() and so on. */
import { sleep, within } from './process.mjs';

/** An exception of the page, with its own name and message. */
export class PageError extends Error {
  /** @param {{name: string, message: string, stack?: string}} thrown */
  constructor({ name, message, stack }) {
    super(message);
    this.name = name;
    /** The stack in the page: ours says only who asked. */
    this.pageStack = stack;
  }
}

/** Longer than anything a test should wait for in one call; waitFor() is for longer things. */
const EVALUATE_TIMEOUT = 60_000;
const POLL_MS = 50;

/**
 * The source of a call whose outcome is one JSON string: engines differ in how they serialise values
 * and errors, so the page does it. No eval in the page: its CSP may forbid that.
 * @param {Function | string} fn @param {unknown[]} args
 */
export function callSource(fn, args) {
  const list = args.map((arg) => (arg === undefined ? 'undefined' : JSON.stringify(arg))).join(', ');
  return `(async () => {
    try {
      return JSON.stringify({ value: await (${fn})(${list}) });
    } catch (error) {
      const { name = 'Error', message = String(error), stack } = Object(error);
      return JSON.stringify({ error: { name, message, stack: String(stack) } });
    }
  })()`;
}

/** @param {unknown} error */
export const stackOf = (error) => (error instanceof Error && error.stack) || String(error);

/** Keys that a test may press. @typedef {'Tab' | 'Enter' | ' '} Key */

/** @abstract */
export class Page {
  /** Bound of one evaluate() in ms; set it where a test needs more. */
  timeout = EVALUATE_TIMEOUT;
  /** @type {((line: {type: string, text: string, source: string}) => void) | null} */
  onConsole = null;

  /** @param {string} source @returns {Promise<string>} what the promise of that expression resolves to */
  async run(source) {
    throw new Error(`not implemented: ${source}`);
  }

  /**
   * Calls `fn` in the page with JSON arguments.
   * @template {any[]} A, R @param {(...args: A) => R} fn @param {A} args @returns {Promise<Awaited<R>>}
   */
  async evaluate(fn, ...args) {
    const outcome = JSON.parse(await within(this.run(callSource(fn, args)), this.timeout, `evaluate ${fn}`));
    if (outcome.error) throw new PageError(outcome.error);
    return outcome.value;
  }

  /**
   * Polls until `fn` gives something truthy, through navigations and restarts of the page's process.
   * @param {(...args: any[]) => any} fn @param {{timeout?: number, args?: unknown[], every?: number}} [options]
   */
  async waitFor(fn, { timeout = 30_000, args = [], every = POLL_MS } = {}) {
    const deadline = Date.now() + timeout;
    let last;
    while (Date.now() < deadline) {
      try {
        const attempt = this.run(callSource(fn, args));
        const outcome = JSON.parse(await within(attempt, deadline - Date.now(), 'the page answering'));
        if (outcome.error) throw new PageError(outcome.error);
        if (outcome.value) return outcome.value;
        last = JSON.stringify(outcome.value);
      } catch (error) {
        // A mistake in `fn` will not get better; a context lost in a navigation will.
        if (error instanceof PageError && ['SyntaxError', 'ReferenceError'].includes(error.name)) throw error;
        last = String(error);
      }
      await sleep(every);
    }
    throw new Error(`not within ${timeout} ms: ${fn}\nlast: ${last}`);
  }
}
