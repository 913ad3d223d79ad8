/** The app's hooks, and what they are given. Whatever they do, no download gets stuck by it. */
import { describeRequest } from '../api/request.ts';
import { type Configuration, configuration } from '../border/configuration.ts';
import type { Limits, SentInit } from '../border/engine.ts';
import { META, PREFERENCES } from '../border/names.ts';
import { settled, succeeded, withDatabase } from '../border/stored-work.ts';
import { atMost } from './hold.ts';

/** How long `mayRun()` may take, in milliseconds: whoever wakes the worker waits for it. */
const PERMISSION_TIMEOUT = 5_000;

/** The same of `prepareRequest()`, which may have to ask a server; and what the engine gives it, to hear of the end. */
const PREPARATION_TIMEOUT = 20_000;
const PREPARATION = PREPARATION_TIMEOUT + 5_000;

export class Hooks {
  readonly #scope: string;
  #preferences: Promise<unknown> | undefined;

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** To be read when the worker's script has been evaluated. */
  get limits(): Limits {
    const [connections, fetches, total, stall, silence, , , prepareRequest] = configuration();
    return [connections, fetches, total, stall, silence, prepareRequest ? PREPARATION : 0, this.asks];
  }

  /** Whether the app has a say in whether anything is asked for. */
  get asks(): boolean {
    return this.#mayRun !== undefined;
  }

  /** Whether the app wants anything to be asked for now. One that cannot say is taken for one that does not. */
  async mayRun(): Promise<boolean> {
    const preferences = await this.#given();
    return Boolean(await ask(PERMISSION_TIMEOUT, () => this.#mayRun?.(preferences)));
  }

  get #mayRun(): Configuration[6] {
    return configuration()[6];
  }

  /** See {@link Host.send}. Only whom is asked for what, and how, may change. */
  async send(url: string, init: SentInit, attempt: number, received: number, status: number): Promise<Response> {
    const about = { attempt, received, status: status || undefined, preferences: await this.#given() };
    const headers = new Headers(init.headers);
    const ours = ['range', 'if-range'].map((name) => [name, headers.get(name)] as const);
    for (const [name] of ours) headers.delete(name);
    const prepared = await ask(PREPARATION_TIMEOUT, async () => {
      const own = new Request(url, { ...init, headers, body: null });
      const given = await configuration()[7]?.(own, about);
      return describeRequest(given === undefined ? own : new Request(given as Request));
    });
    if (!prepared) return Promise.reject(null);
    const { url: target, method: _, body: __, integrity: ___, ...own } = prepared;
    init.url = target;
    const sent = new Headers(own.headers);
    // Elsewhere, a condition would cause a preflight.
    const isNear = target.startsWith(`${location.origin}/`);
    for (const [name, value] of ours) if (value && (isNear || name === 'range')) sent.set(name, value);
    return fetch(target, { ...init, ...(own as RequestInit), headers: sent });
  }

  /** Stores what hooks are given from now on. There must be a database. */
  async setPreferences(preferences: unknown): Promise<void> {
    await withDatabase(this.#scope, (database) => {
      const transaction = database.transaction(META, 'readwrite', { durability: 'strict' });
      // In an object, so that no row of the engine's can be meant.
      transaction.objectStore(META).put({ preferences }, PREFERENCES);
      return succeeded(transaction);
    });
    this.#preferences = Promise.resolve(preferences);
  }

  /** They are gone with the database. */
  forget(): void {
    this.#preferences = undefined;
  }

  /** What is stored; undefined where nothing is. */
  #given(): Promise<unknown> {
    this.#preferences ??= withDatabase(this.#scope, async (database) => {
      const row: unknown = await settled(database.transaction(META).objectStore(META).get(PREFERENCES));
      return (row as { preferences: unknown } | undefined)?.preferences;
    }).catch(() => this.forget());
    return this.#preferences;
  }
}

/** What a hook gives; undefined, which is reported, if it fails or takes too long. */
async function ask<T>(time: number, hook: () => T): Promise<Awaited<T> | undefined> {
  let result: Awaited<T> | undefined;
  let failure: unknown = new Error(`A hook takes longer than ${time} ms.`);
  const call = async (): Promise<void> => {
    result = await hook();
    failure = undefined;
  };
  await atMost(
    time,
    call().catch((error: unknown) => (failure = error)),
  );
  if (failure) reportError(failure);
  return result;
}
