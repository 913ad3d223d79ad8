/** The app's hooks, and what they are given. Whatever they do, no download gets stuck by it. */
import { describeRequest } from '../api/request.ts';
import { configuration } from '../border/configuration.ts';
import type { Limits, SentInit } from '../border/engine.ts';
import { META, PREFERENCES } from '../border/names.ts';
import { settled, succeeded, withDatabase } from '../border/stored-work.ts';

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
    const { connections, maxConcurrentFetches, maxTotal, stallTimeout, retryFor, prepareRequest } = configuration();
    const preparation = prepareRequest ? PREPARATION : 0;
    return [connections, maxConcurrentFetches, maxTotal, stallTimeout, retryFor, preparation, this.asks];
  }

  /** Whether the app has a say in whether anything is asked for. */
  get asks(): boolean {
    return configuration().mayRun !== undefined;
  }

  /** Whether the app wants anything to be asked for now. One that cannot say is taken for one that does not. */
  async mayRun(): Promise<boolean> {
    const { mayRun = () => true } = configuration();
    try {
      const preferences = await this.#given();
      return Boolean(await within(PERMISSION_TIMEOUT, 'mayRun', async () => mayRun(preferences)));
    } catch (error) {
      reportError(error);
      return false;
    }
  }

  /** See {@link Host.send}. Only whom is asked for what, and how, may change. */
  async send(url: string, init: SentInit, attempt: number, received: number, status: number): Promise<Response> {
    const isOurs = ([name]: [string, string]): boolean => /^(if-)?range$/i.test(name);
    const about = { attempt, received, status: status || undefined, preferences: await this.#given() };
    let prepared: unknown;
    try {
      const headers = init.headers.filter((header) => !isOurs(header));
      const request = new Request(url, { ...init, headers, body: null });
      prepared = await within(PREPARATION_TIMEOUT, 'prepareRequest', async () =>
        configuration().prepareRequest?.(request, about),
      );
      if (prepared !== undefined && !(prepared instanceof Request)) {
        throw new TypeError('prepareRequest() must return a Request, or undefined.');
      }
    } catch (error) {
      reportError(error);
      return Promise.reject(null);
    }
    if (!prepared) return fetch(url, init);
    const { url: target, method: _, body: __, integrity: ___, ...own } = describeRequest(prepared);
    init.url = target;
    // Elsewhere, a condition would cause a preflight.
    const isNear = target.startsWith(`${location.origin}/`);
    const ours = init.headers.filter((header) => isOurs(header) && (isNear || header[0] === 'range'));
    return fetch(target, { ...init, ...(own as RequestInit), headers: [...own.headers, ...ours] });
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

/** Rejects if it has not settled by then. */
async function within<T>(time: number, name: string, steps: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}() has not settled within ${time / 1000} s.`)), time);
  });
  return Promise.race([steps(), late]).finally(() => clearTimeout(timer));
}
