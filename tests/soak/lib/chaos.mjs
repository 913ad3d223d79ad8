/** What is done to the browser and the network in the meantime: kills and faults, in an order that the seed decides. */
import { PageError } from '../../harness/page.mjs';
import { sleep } from '../../harness/process.mjs';
import { stream } from './random.mjs';
import { isLostCount } from './stage.mjs';

/** Of all kills. In WebKit nothing is different, but that all workers have one process. */
const KILLS = {
  worker: 32,
  'worker in an event': 12,
  'worker in fetch()': 10,
  'worker again and again': 6,
  reload: 12,
  'all tabs': 10,
  browser: 14,
  'browser in fetch()': 4,
};
/** A minute. */
const FAULTS_PER_MINUTE = { outage: 0.7, silence: 0.5, restart: 1.2, 'second tab': 0.8, 'closed tab': 0.6, abort: 1.5 };
/** Besides, over HTTP/2: with as many downloads on each connection as there are. */
const STREAM_FAULTS_PER_MINUTE = { RST_STREAM: 1.2, GOAWAY: 1.2, 'lost connection': 0.8 };
const GOAWAYS = /** @type {const} */ (['goaway-processed', 'goaway-unprocessed', 'goaway-drain']);
const OUTAGE_MS = 4_000;
const EVENT_PATIENCE_MS = 4_000;

/** The last resorts of the run itself kill, too. */
export const isKill = (/** @type {string} */ kind) => kind in KILLS || kind === 'recovery' || kind === 'lost count';
export const breaksConnections = (/** @type {string} */ kind) =>
  isKill(kind) || kind === 'outage' || kind === 'restart' || kind in STREAM_FAULTS_PER_MINUTE;

export class Chaos {
  #stage;
  #random;
  #hooks;
  #killsPerMinute;

  /**
   * @param {import('./stage.mjs').Stage} stage
   * @param {{seed: string, killsPerMinute: number, abort: (random: import('./random.mjs').Random) => Promise<void>, begin: () => Promise<void>, eventsBegun: () => number}} options
   */
  constructor(stage, { seed, killsPerMinute, ...hooks }) {
    this.#stage = stage;
    this.#random = stream(`${seed} chaos`);
    this.#killsPerMinute = killsPerMinute;
    this.#hooks = hooks;
  }

  /** @param {number} deadline */
  async run(deadline) {
    const weights = {
      kill: this.#killsPerMinute,
      ...FAULTS_PER_MINUTE,
      ...(this.#stage.protocol === 'h2' ? STREAM_FAULTS_PER_MINUTE : {}),
    };
    const perMinute = Object.values(weights).reduce((sum, each) => sum + each, 0);
    for (let next = Date.now(); ; ) {
      next += this.#random.pause(60_000 / perMinute);
      const what = this.#random.weighted(weights);
      const kind = what === 'kill' ? this.#random.weighted(KILLS) : what;
      // Actions come late after one that took long, and then one upon the other.
      if (Math.max(next, Date.now()) > deadline) return;
      await sleep(Math.max(0, next - Date.now()));
      await this.#act(kind);
    }
  }

  /** @param {string} kind */
  async #act(kind) {
    const stage = this.#stage;
    try {
      if (!stage.page) await stage.openTab();
      // As any user would, in the end.
      if (isLostCount(await stage.storage())) await stage.interrupt('lost count', () => stage.recover());
      await this.#perform(kind);
    } catch (error) {
      stage.trouble(kind, error, await stage.storage());
      // What a page rejects with is for the table; only a browser that does not answer is given up.
      if (error instanceof PageError) return;
      await stage.interrupt('recovery', () => stage.recover());
    }
  }

  /** @param {string} kind */
  async #perform(kind) {
    const stage = this.#stage;
    const random = this.#random;
    const killWorker = () => stage.interrupt(kind, () => stage.browser.killWorker(stage.page));
    switch (kind) {
      case 'worker':
        return killWorker();
      case 'worker in an event':
        await this.#untilEvent();
        await sleep(random.integer(0, 60));
        return killWorker();
      case 'worker in fetch()':
      case 'browser in fetch()': {
        const begun = this.#hooks.begin();
        await sleep(random.integer(0, 80));
        await (kind === 'worker in fetch()' ? killWorker() : stage.interrupt(kind, () => stage.relaunch()));
        return begun;
      }
      case 'worker again and again':
        for (let left = random.integer(2, 3); left > 0; left--) {
          await killWorker();
          await sleep(random.integer(0, 400));
        }
        return;
      case 'reload':
        return stage.interrupt(kind, () => stage.reload(random.pick(stage.pages)));
      case 'all tabs':
        return stage.interrupt(kind, async () => {
          for (const page of [...stage.pages]) await stage.closeTab(page);
          await sleep(random.integer(200, 8_000));
          await stage.openTab();
        });
      case 'browser':
        return stage.interrupt(kind, () => stage.relaunch());
      case 'second tab':
        if (stage.hasRoomForTab)
          await stage.interrupt(kind, async () => (await stage.openTab()).evaluate(() => app.adopt()));
        return;
      case 'closed tab':
        if (stage.pages.length > 1) await stage.interrupt(kind, () => stage.closeTab(random.pick(stage.pages)));
        return;
      case 'abort':
        return this.#hooks.abort(random);
      case 'RST_STREAM':
      case 'GOAWAY':
      case 'lost connection':
        return this.#breakOff(kind);
      default:
        return this.#network(kind);
    }
  }

  /** @param {'RST_STREAM' | 'GOAWAY' | 'lost connection'} kind */
  async #breakOff(kind) {
    const origin = this.#random.pick([this.#stage.own, this.#stage.other]);
    const goAway = this.#random.pick(GOAWAYS);
    const how = kind === 'RST_STREAM' ? 'reset' : kind === 'GOAWAY' ? goAway : 'disconnect';
    await this.#stage.interrupt(kind, async () => origin.breakOff(how));
  }

  /** @param {string} kind */
  async #network(kind) {
    const stage = this.#stage;
    const random = this.#random;
    const both = [stage.own, stage.other];
    // A worker that starts without a network.
    const killsMeanwhile = random.chance(0.3);
    const origin = random.pick(both);
    const downtime = random.integer(50, 3_000);
    await stage.interrupt(kind, async () => {
      if (kind === 'restart') return origin.restart(downtime);
      const set = (/** @type {boolean} */ value) =>
        Promise.all(both.map((each) => (kind === 'outage' ? each.setOffline(value) : each.setMute(value))));
      await set(true);
      try {
        await sleep(OUTAGE_MS / 2);
        if (killsMeanwhile) await stage.interrupt('worker', () => stage.browser.killWorker(stage.page));
        await sleep(OUTAGE_MS / 2);
      } finally {
        await set(false);
      }
    });
  }

  /** Until a handler of the app has begun, if one does soon. */
  async #untilEvent() {
    const before = this.#hooks.eventsBegun();
    const deadline = Date.now() + EVENT_PATIENCE_MS;
    while (this.#hooks.eventsBegun() === before && Date.now() < deadline) await sleep(5);
  }
}
