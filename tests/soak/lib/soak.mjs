/** The run: keeps fetches going, has the chaos do its work, reads what the app's worker wrote down, and waits for the end. */
import { sleep } from '../../harness/process.mjs';
import { Chaos, isKill } from './chaos.mjs';
import { judge } from './oracle.mjs';
import { planFetch } from './plan.mjs';
import { stream } from './random.mjs';
import { isLostCount } from './stage.mjs';

const [LEAST_ACTIVE, MOST_ACTIVE] = [3, 8];
/** Longer than any wait that an origin or the back-off asks for. */
const END_PATIENCE_MS = 300_000;
const TIDY_PATIENCE_MS = 20_000;
/** A fetch of which nobody knows whether it has begun counts as active for so long. */
const UNCERTAIN_MS = 15_000;
const FAILURES_BEFORE_RECOVERY = 5;
const REFUSAL_MS = 2_000;
const POLL_MS = 150;
const SAMPLE_MS = 10_000;
/** An id is used again when its last event cannot come a second time any more. */
const REST_MS = 15_000;

export class Soak {
  /** @type {import('./oracle.mjs').Life[]} */
  lives = [];
  /** What came of fetches that are not ours, or of errors in the worker. @type {any[]} */
  strays = [];
  /** @type {string[]} */
  workerErrors = [];
  /** Errors that nobody caught in the pages that are there at the end. @type {string[]} */
  pageErrors = [];
  /** Fetches that those pages still take for active. @type {string[]} */
  unnotified = [];
  begins = 0;
  /** @type {number[]} */
  memory = [];
  /** Megabytes that the browser counts for our origin. @type {number[]} */
  usage = [];
  /** @type {any} */
  left = null;
  /** @type {string[]} ids that are active when nothing more is waited for */
  activeAtEnd = [];
  #isOver = false;
  #random;

  /** @param {import('./stage.mjs').Stage} stage @param {{seed: string, minutes: number, killsPerMinute: number}} options */
  constructor(stage, options) {
    this.stage = stage;
    this.options = options;
    this.#random = stream(`${options.seed} feeder`);
  }

  async run() {
    const { seed, minutes, killsPerMinute } = this.options;
    const deadline = Date.now() + minutes * 60_000;
    const chaos = new Chaos(this.stage, {
      seed,
      killsPerMinute,
      abort: (random) => this.#abort(random),
      begin: () => this.#begin(this.#nextId()),
      eventsBegun: () => this.begins,
    });
    const background = [this.#listen(), this.#sample()];
    try {
      await Promise.all([this.#feed(deadline), chaos.run(deadline)]);
      await this.#settle();
    } finally {
      this.#isOver = true;
      await Promise.all(background);
    }
  }

  /** Those whose end is still to come, as far as one can know. */
  get active() {
    return this.lives.filter(
      (life) =>
        !life.rows.length &&
        !life.refused &&
        !life.uncounted &&
        (life.certain || Date.now() - life.startedAt < UNCERTAIN_MS),
    );
  }

  async #feed(deadline) {
    let wanted = LEAST_ACTIVE;
    while (Date.now() < deadline) {
      if (this.active.length < wanted && this.stage.page) {
        await this.#begin(this.#nextId());
        wanted = this.#random.integer(LEAST_ACTIVE, MOST_ACTIVE);
      } else {
        await sleep(50);
      }
    }
  }

  /** Now and then one that was used before. */
  #nextId() {
    const number = this.lives.length + 1;
    const rested = (/** @type {import('./oracle.mjs').Life} */ life) =>
      life.rows.length > 0 && Date.now() - life.rows.at(-1).at > REST_MS;
    const last = new Map(this.lives.map((life) => [life.plan.id, life]));
    const free = this.#random.chance(0.1) ? [...last.values()].filter(rested) : [];
    return free.length ? this.#random.pick(free).plan.id : `fetch ${number}`;
  }

  /** @param {string} id */
  async #begin(id) {
    const { stage } = this;
    const number = this.lives.length + 1;
    const plan = planFetch({ seed: this.options.seed, number, id, own: stage.own.url, other: stage.other.url });
    /** @type {import('./oracle.mjs').Life} */
    const life = { plan, startedAt: Date.now(), certain: false, refused: false, abort: 'no', rows: [] };
    this.lives.push(life);
    const requests = plan.files.map(({ url, init }) => [url, init ?? {}]);
    try {
      await stage.page.evaluate((...args) => app.fetch(...args).then(() => null), id, requests, plan.options);
      life.certain = true;
    } catch (error) {
      const storage = await stage.storage();
      life.trouble = [error.name, error.message, storage];
      // What killed it may be noted only when the call has already failed.
      await sleep(100);
      const wasKilled = stage.interruptions.some(({ end, kind }) => end >= life.startedAt && isKill(kind));
      life.uncounted = error.name === 'QuotaExceededError' && isLostCount(storage);
      life.refused = !wasKilled && !life.uncounted;
      if (!wasKilled)
        console.log(`fetch ${number} could not be begun: ${error.name}: ${error.message} ${JSON.stringify(storage)}`);
      // The next one would fare no better.
      if (life.uncounted) await sleep(REFUSAL_MS);
    }
  }

  /** @param {import('./random.mjs').Random} random */
  async #abort(random) {
    const { stage } = this;
    const candidates = this.active.filter((life) => life.certain && life.abort === 'no');
    if (!candidates.length) return;
    const life = random.pick(candidates);
    const again = random.chance(0.4);
    life.abort = 'perhaps';
    await stage.interrupt('abort', async () => {
      const answer = await stage.page.evaluate(
        async (id) => (await (await app.manager()).get(id))?.abort() ?? false,
        life.plan.id,
      );
      life.abort = answer ? 'yes' : 'no';
    });
    // Its id is free at once.
    if (life.abort === 'yes' && again) await this.#begin(life.plan.id);
  }

  /** Reads the app's log as it grows. */
  async #listen() {
    let failures = 0;
    while (!this.#isOver) {
      try {
        for (const row of await this.stage.newRows()) this.#take(row);
        failures = 0;
      } catch (error) {
        // Pages come and go under our hands; one that never answers is another matter.
        if (++failures % 20 === 0) this.stage.trouble('reading the log', error);
      }
      await sleep(POLL_MS);
    }
  }

  /** @param {any} row */
  #take(row) {
    if (row.kind === 'begin') this.begins++;
    if (row.kind === 'error') this.workerErrors.push(row.message);
    if (row.kind !== 'event') return;
    const life = this.#lifeOf(row);
    if (!life) return void this.strays.push(row);
    life.rows.push(row);
    if (row.failureReason === 'quota-exceeded') void this.#noteStorage(life);
    if (life.abort === 'perhaps') return;
    for (const { kind, text } of judge(life, this.stage.interruptions)) {
      console.log(`fetch ${life.plan.number}: ${kind}: ${text}`);
    }
  }

  /** What the browser counts, at the moment at which it had no room. @param {import('./oracle.mjs').Life} life */
  async #noteStorage(life) {
    const storage = await this.stage.storage();
    life.trouble = ['quota-exceeded', storage];
    console.log(`fetch ${life.plan.number}: quota-exceeded: ${JSON.stringify(storage)}`);
  }

  /** The URL of a request has the number of its fetch; an id may have been used more than once. */
  #lifeOf(row) {
    const url = row.records?.[0]?.request.url;
    if (url) return this.lives[Number.parseInt(new URL(url).searchParams.get('key') ?? '', 10) - 1];
    return this.lives.findLast(({ plan, startedAt }) => plan.id === row.id && startedAt <= row.at);
  }

  /** Without any more faults: until every fetch has had its end, or for as long as one may wait. */
  async #settle() {
    const { stage } = this;
    const deadline = Date.now() + END_PATIENCE_MS;
    let failures = 0;
    while (this.active.length && Date.now() < deadline) {
      if (!stage.page || failures >= FAILURES_BEFORE_RECOVERY) await stage.interrupt('recovery', () => stage.recover());
      if (isLostCount(await stage.storage())) await stage.interrupt('lost count', () => stage.recover());
      failures = await stage.page.evaluate(() => 0).catch(() => failures + 1);
      await sleep(500);
    }
    await this.#tidy();
  }

  /** What is left when all is over; that takes a moment. */
  async #tidy() {
    const { stage } = this;
    const deadline = Date.now() + TIDY_PATIENCE_MS;
    do {
      await sleep(500);
      this.activeAtEnd = await stage.page.evaluate(async () => (await app.manager()).getIds());
      this.left = await stage.context.leftovers(stage.page);
    } while (
      Date.now() < deadline &&
      (this.left.entries.length || Object.keys(this.left.rows).length || this.left.locks.length)
    );
    for (const page of stage.pages) {
      const { states, errors } = await page.evaluate(() => ({
        states: Object.keys(app.fetches).map(app.state),
        errors: app.errors,
      }));
      this.pageErrors.push(...errors);
      this.unnotified.push(
        ...states.filter(({ id, result }) => !result && !this.activeAtEnd.includes(id)).map(({ id }) => id),
      );
    }
    // An event that comes too often would come now.
    await sleep(2_000);
  }

  async #sample() {
    while (!this.#isOver) {
      this.memory.push(this.stage.memory());
      this.usage.push(((await this.stage.storage())?.usage ?? 0) / 1e6);
      for (let waited = 0; waited < SAMPLE_MS && !this.#isOver; waited += 500) await sleep(500);
    }
  }
}
