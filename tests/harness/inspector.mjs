/**
 * WebKit's remote inspector over its HTTP server (WEBKIT_INSPECTOR_HTTP_SERVER): what DevTools
 * protocols are elsewhere. One connection per page; behind it a new target appears whenever a
 * navigation moves the page to another process.
 */
import WebSocket from 'ws';
import { within } from './process.mjs';

const SEND_TIMEOUT = 10_000;
const [NUDGES, NUDGE_MS] = [10, 4];
/** A command that is refused; nobody waits for number 0. */
const NOTHING = JSON.stringify({ id: 0, method: 'Harness.nothing' });
/** Holds the objects of a call until it is answered. */
const OBJECTS = 'harness';

/**
 * What the browser has open.
 * @param {string} server host:port @returns {Promise<{url: string, socket: string, kind: string}[]>} empty when it does not answer
 */
export async function listTargets(server) {
  try {
    const html = await (await fetch(`http://${server}/`, { signal: AbortSignal.timeout(2000) })).text();
    const rows = html.matchAll(/class="targeturl">([^<]*)<.*?(\/socket\/\d+\/\d+\/(\w+))/g);
    return [...rows].map(([, url, socket, kind]) => ({ url: url.replaceAll('&amp;', '&'), socket, kind }));
  } catch {
    return [];
  }
}

export class InspectedPage {
  #socket;
  #lastId = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #pending = new Map();
  /** @type {string | null} */
  #target = null;
  /** @type {Set<() => void>} waiting for a target */
  #waiting = new Set();
  #closed = false;
  /** @type {NodeJS.Timeout | null} */
  #nudging = null;
  #nudgesLeft = 0;

  /** @param {string} server @param {string} path as listTargets() tells */
  constructor(server, path) {
    this.#socket = new WebSocket(`ws://${server}${path}`);
    this.#socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#lose('the page is closed', true));
  }

  /** Whether a process stands behind the page: not after that was killed. */
  get hasProcess() {
    return this.#target !== null && !this.#closed;
  }

  /** @param {string} method @param {object} [params] @returns {Promise<any>} */
  async send(method, params = {}) {
    await within(this.#ready(), SEND_TIMEOUT, `a process for ${method}`);
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#socket.send(
      JSON.stringify({
        id,
        method: 'Target.sendMessageToTarget',
        params: { targetId: this.#target, message: JSON.stringify({ id, method, params }) },
      }),
    );
    this.#nudge();
    return answer;
  }

  /**
   * An answer comes in two small packets over two connections with Nagle's algorithm on, so each second
   * one would wait 40 ms for our acknowledgement of the first. Anything we send carries it along.
   */
  #nudge() {
    this.#nudgesLeft = NUDGES;
    this.#nudging ??= setInterval(() => {
      if (this.#nudgesLeft-- > 0 && this.#socket.readyState === WebSocket.OPEN) return this.#socket.send(NOTHING);
      clearInterval(/** @type {NodeJS.Timeout} */ (this.#nudging));
      this.#nudging = null;
    }, NUDGE_MS);
  }

  /**
   * What the promise that `expression` gives resolves to.
   * @param {string} expression @returns {Promise<any>}
   */
  async evaluate(expression) {
    const started = await this.send('Runtime.evaluate', { expression, objectGroup: OBJECTS, emulateUserGesture: true });
    if (started.wasThrown) throw new Error(started.result.description);
    const ended = await this.send('Runtime.awaitPromise', {
      promiseObjectId: started.result.objectId,
      returnByValue: true,
    });
    this.send('Runtime.releaseObject', { objectId: started.result.objectId }).catch(() => {});
    if (ended.wasThrown) throw new Error(ended.result.description);
    return ended.result.value;
  }

  close() {
    this.#socket.terminate();
  }

  async #ready() {
    while (!this.#target) {
      if (this.#closed) throw new Error('the page is closed');
      await new Promise((resolve) => this.#waiting.add(() => resolve(undefined)));
    }
  }

  /** @param {any} message */
  #receive({ id, method, params, error }) {
    if (method === 'Target.targetCreated' && !params.targetInfo.isProvisional) this.#enter(params.targetInfo.targetId);
    else if (method === 'Target.didCommitProvisionalTarget') this.#enter(params.newTargetId);
    else if (method === 'Target.targetDestroyed' && params.targetId === this.#target)
      this.#lose('the process of the page is gone');
    else if (method === 'Target.dispatchMessageFromTarget') this.#settle(JSON.parse(params.message));
    else if (id && error) this.#settle({ id, error });
  }

  /** @param {{id?: number, result?: any, error?: {message: string}}} answer */
  #settle({ id = 0, result, error }) {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }

  /** @param {string} target */
  #enter(target) {
    this.#lose('the page moved to another process');
    this.#target = target;
    this.#wake();
  }

  /** @param {string} reason @param {boolean} [forGood] */
  #lose(reason, forGood = false) {
    this.#target = null;
    this.#closed ||= forGood;
    for (const { reject } of this.#pending.values()) reject(new Error(reason));
    this.#pending.clear();
    if (forGood) this.#wake();
  }

  #wake() {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
