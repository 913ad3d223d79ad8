/** The app's hooks, and what they are given. Whatever they do, no download gets stuck by it. */
import { describeRequest, restoreRequest } from '../api/request.ts';
import { configuration } from '../border/configuration.ts';
import type { Limits, SentData } from '../border/engine.ts';
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
    const { prepareRequest, ...limits } = configuration();
    return { ...limits, preparation: prepareRequest ? PREPARATION : 0, held: this.asks };
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

  /** See {@link Host.prepare}. Only whom is asked for what, and how, may change. */
  async prepare(data: SentData, attempt: number, received: number, status: number): Promise<SentData> {
    const { prepareRequest } = configuration();
    const { bodyLength, method, integrity } = data;
    try {
      const about = { attempt, received, status: status || undefined, preferences: await this.#given() };
      const request = restoreRequest({ ...data, body: null });
      const result = await within(PREPARATION_TIMEOUT, 'prepareRequest', async () => prepareRequest?.(request, about));
      if (result === undefined) return data;
      if (!(result instanceof Request)) throw new TypeError('prepareRequest() must return a Request, or undefined.');
      return { ...describeRequest(result), bodyLength, method, integrity };
    } catch (error) {
      reportError(error);
      throw error;
    }
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
