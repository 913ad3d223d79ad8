import { configuration } from '../border/configuration.ts';
import type { Engine, Host, StartEngine } from '../border/engine.ts';
import { type Broadcast, CHANNEL, type News } from '../border/messages.ts';
import { lockName } from '../border/names.ts';
import type { Activity } from '../platform.ts';
import { promiseFrom } from '../webidl/define.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { atMost } from './hold.ts';
import { Hooks } from './hooks.ts';
import { type Release, takeLock } from './lock.ts';

/** What makes engines. */
export interface EngineModule {
  /** To be awaited once before the first start. */
  instantiate(scope: string): Promise<void>;
  /** Has at hand, also offline, what {@link instantiate} needs. */
  keep(scope: string): Promise<void>;
  /** Puts a fresh instance in the place of one that has trapped. */
  reset(): void;
  /** Whether this was thrown out of an instance, which is dead then. The app may have WebAssembly of its own. */
  isTrap(error: unknown): boolean;
  start: StartEngine;
}

/** An engine at work. */
interface Running {
  engine: Engine;
  /** What was reported to it last; it takes the network for granted at first. */
  online: boolean;
  /** Whether it has been told that the app wants nothing to be asked for now. */
  held: boolean;
  /** Whoever waits for it. */
  waiting: Set<(death: Error) => void>;
  isDead: boolean;
}

/** Loads the engine when it is needed, and again when it has died. */
export class EngineLoader {
  /** This run of the worker, or of its engine after another one that has lost all. */
  run = crypto.randomUUID();
  readonly hooks: Hooks;
  readonly #module: EngineModule;
  readonly #scope: string;
  readonly #host: Host;
  readonly #activity: Activity;
  #channel: BroadcastChannel | undefined;
  #instance: Promise<void> | undefined;
  #lock: Promise<Release> | undefined;
  /** Calls that are being worked on. */
  #users = 0;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #replaced = false;
  /** Before it is over, none may begin. */
  #removal: Promise<void> | undefined;
  /** Whether an engine has left its work unfinished, and no other has taken it up. */
  #trapped = false;
  #idle: (() => void)[] = [];
  #looking = Promise.resolve();

  constructor(module: EngineModule, scope: string, host: Host, activity: Activity) {
    this.#module = module;
    this.#scope = scope;
    this.hooks = new Hooks(scope);
    this.#host = host;
    this.#activity = activity;
  }

  /** Only the active worker may run the engine, and only until it is replaced. */
  get allowed(): boolean {
    return !this.#replaced && this.#activity.isActive;
  }

  /** To be called for what only comes to the active worker. */
  proveActive(): void {
    this.#activity.prove();
  }

  /** Whether there is an engine, which then knows best what there is to do. */
  get loaded(): boolean {
    return this.#starting !== undefined;
  }

  /** Whether there is unfinished work. */
  get active(): boolean {
    try {
      return this.#running?.engine.isActive() ?? false;
    } catch (error) {
      if (this.isTrap(error)) this.drop();
      return false;
    }
  }

  /** Whether the app wanted nothing to be asked for when it was asked last. */
  get held(): boolean {
    return this.#running?.held ?? false;
  }

  /**
   * Resolves when there is no unfinished work. That which an engine left when it trapped counts, or
   * else pages would hurry to have it taken up by the next one, which may trap as fast.
   */
  idle(): Promise<void> {
    if (!this.active && !this.#trapped) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** To be called when work may have ended. */
  checkIdle(): void {
    if (this.active) return;
    for (const resolve of this.#idle.splice(0)) resolve();
    if (this.#users > 0) return;
    // Nothing of ours stays behind, not even its name in a list.
    void this.#lock?.then((release) => release());
    this.#lock = undefined;
  }

  /**
   * Runs `steps` with the engine. If it traps, all is repeated once with a new one: what was done is
   * in the store, and every call of the engine may be repeated.
   */
  use<T>(steps: (engine: Engine) => T | Promise<T>): Promise<T> {
    return this.#during(() => this.#use(steps));
  }

  /** The lock is not given back meanwhile; after it, if there is no work. */
  async #during<T>(steps: () => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await steps();
    } finally {
      this.#users -= 1;
      this.checkIdle();
    }
  }

  async #use<T>(steps: (engine: Engine) => T | Promise<T>): Promise<T> {
    const fresh = !this.loaded;
    const running = await this.#start();
    // Not every use is followed by another occasion.
    if (fresh) this.look().catch(() => undefined);
    try {
      return await whileAlive(running, steps);
    } catch (error) {
      if (!this.isTrap(error)) throw error;
      this.drop(running);
      return whileAlive(await this.#start(), steps);
    }
  }

  /** Starts the engine, which resumes what is unfinished, and tells it of the network. */
  resume(): Promise<void> {
    return this.#during(async () => {
      const { onLine } = navigator;
      const running = await this.#start();
      // Told again that it is online, it would ask servers that want to be left alone for a while.
      if (running.online !== onLine) await this.use((engine) => engine.report(false, onLine));
      running.online = onLine;
      await this.look();
    });
  }

  /** Asks the app whether anything is to be asked for now, and tells the engine. */
  look(): Promise<void> {
    // One after the other: what was known to an earlier one may have changed.
    this.#looking = this.#looking.catch(() => undefined).then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (!this.hooks.asks) return;
    const held = !(await this.hooks.mayRun());
    const running = this.#running;
    if (!running || running.held === held) return;
    running.held = held;
    await this.use((engine) => engine.report(true, held));
  }

  /** Whether an error means that the engine has died. */
  isTrap(error: unknown): boolean {
    return error === death || this.#module.isTrap(error);
  }

  /** Forgets an engine that has trapped, the current one if none is named; the next use makes another. */
  drop(running = this.#running): void {
    if (!running || running !== this.#running) return;
    this.#trapped = true;
    // At once: whatever still calls into the old instance must not find it.
    this.#module.reset();
    this.#forget(running);
  }

  /**
   * The engine has lost its database, which somebody has deleted: the next use makes another one, which begins with
   * nothing, and so does whoever has something of the old one.
   */
  lose(): void {
    const running = this.#running;
    if (!running) return;
    this.hooks.forget();
    this.#forget(running);
    this.sayHello();
    this.checkIdle();
  }

  /** It has died. Pages ask the next one for what this one would have told them. */
  #forget(running: Running): void {
    this.#running = undefined;
    this.#starting = undefined;
    this.run = crypto.randomUUID();
    die(running);
  }

  /** Ends the engine, whatever it is at, and has `remove` take away what it has stored; so long no other begins. */
  end(remove: () => Promise<void>): Promise<void> {
    return this.#during(async () => {
      await this.#own();
      const running = await this.#starting?.catch(() => undefined);
      this.#starting = this.#running = undefined;
      running?.engine.stop();
      if (running) die(running);
      const removal = remove();
      this.#removal = atMost(REMOVAL_LIMIT, removal);
      await removal;
      this.hooks.forget();
    });
  }

  /** To be called when this version is installed. What cannot be kept is loaded when it is needed. */
  keep(): Promise<void> {
    return this.#module.keep(this.#scope).catch(() => undefined);
  }

  /** What is to be done when the first work appears, once more: it has waited for long, and nobody looked after it. */
  stir(): void {
    this.#host.active(true);
  }

  /** Tells all pages that this worker has begun, so that they ask again for what they lack. */
  sayHello(): void {
    this.tell({ run: this.run, active: this.active });
  }

  tell(news: News): void {
    this.#channel ??= new BroadcastChannel(CHANNEL);
    this.#channel.postMessage({ ...news, scope: this.#scope } satisfies Broadcast);
  }

  async #start(): Promise<Running> {
    if (!this.#starting) {
      const starting = this.#load();
      this.#starting = starting;
      // What failed once (no network for the slim build, say) may work the next time.
      starting.catch(() => {
        if (this.#starting === starting) this.#starting = undefined;
      });
    }
    const [running] = await Promise.all([this.#starting, this.#own()]);
    return running;
  }

  async #load(): Promise<Running> {
    await Promise.all([this.#instantiate(), this.#own(), this.#removal]);
    if (this.#replaced) throw invalidState('A newer worker has taken over.');
    const engine = await this.#startEngine();
    const running: Running = { engine, online: true, held: this.hooks.asks, waiting: new Set(), isDead: false };
    this.#running = running;
    this.#trapped = false;
    this.sayHello();
    return running;
  }

  async #startEngine(): Promise<Engine> {
    try {
      const host = configuration()[8]?.(this.#host) ?? this.#host;
      return await this.#module.start(this.#scope, host, ...this.hooks.limits);
    } catch (error) {
      if (this.isTrap(error)) this.#module.reset();
      throw error;
    }
  }

  #instantiate(): Promise<void> {
    if (!this.#instance) {
      this.#instance = this.#module.instantiate(this.#scope);
      this.#instance.catch(() => (this.#instance = undefined));
    }
    return this.#instance;
  }

  async #own(): Promise<void> {
    this.#lock ??= takeLock(lockName(this.#scope), () => {
      this.#replaced = true;
      this.#running?.engine.stop();
      // Its calls are never answered: the pages ask the new worker.
      this.#running = undefined;
      this.#starting = undefined;
      this.checkIdle();
    });
    await this.#lock;
  }
}

/** What takes longer, in milliseconds, is held by somebody: then engines go on, and who asked for the removal learns it. */
const REMOVAL_LIMIT = 10_000;

/** What waits for an engine that has died fails with this. */
const death = new Error('The engine died.');

/** Its promises will not settle any more. */
function die(running: Running): void {
  running.isDead = true;
  for (const reject of running.waiting) reject(death);
}

/**
 * What `steps` come to, if the engine lives for so long. With a race against one promise of its death, that would keep
 * whatever it was raced with.
 */
function whileAlive<T>(running: Running, steps: (engine: Engine) => T | Promise<T>): Promise<T> {
  const { engine, waiting, isDead } = running;
  return new Promise<T>((resolve, reject) => {
    if (isDead) throw death;
    waiting.add(reject);
    promiseFrom(() => steps(engine))
      .then(resolve, reject)
      .finally(() => waiting.delete(reject));
  });
}
