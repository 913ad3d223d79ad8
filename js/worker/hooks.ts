/** What the app has configured by `./extras`, and the preferences that its hooks are given. */
import { configuration } from '../border/configuration.ts';
import type { Limits, SentInit } from '../border/engine.ts';
import { META, PREFERENCES } from '../border/names.ts';
import { settled, succeeded, withDatabase } from '../border/stored-work.ts';
import { send } from './send.ts';

/** How long the app may take to prepare a request, in milliseconds: longer than `js/extras/hooks.ts` lets it. */
const PREPARATION = 25_000;

export class Hooks {
  readonly #scope: string;
  #preferences: Promise<unknown> | undefined;

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** To be read when the worker's script has been evaluated. */
  get limits(): Limits {
    const [connections, fetches, total, stall, silence, , , sends] = configuration();
    return [connections, fetches, total, stall, silence, sends ? PREPARATION : 0, this.asks];
  }

  /** Whether the app has a say in whether anything is asked for. */
  get asks(): boolean {
    return configuration()[6] !== undefined;
  }

  /** Whether the app wants anything to be asked for now. */
  async mayRun(): Promise<boolean> {
    return configuration()[6]?.(await this.#given()) ?? true;
  }

  /** See {@link Host.send}. */
  send(url: string, init: SentInit, attempt: number, received: number, status: number): Promise<Response> {
    const sends = configuration()[7];
    if (!sends || !attempt) return send(fetch, url, init);
    const prepare = async (): Promise<Response> =>
      sends(url, init, { attempt, received, status: status || undefined, preferences: await this.#given() });
    return send(prepare, url, init);
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

  /** To be called when what is stored is gone. */
  forget(): void {
    this.#preferences = undefined;
  }

  /** What is stored; undefined where nothing is. */
  #given(): Promise<unknown> {
    this.#preferences ??= withDatabase(this.#scope, async (database) => {
      const row: unknown = await settled(database.transaction(META).objectStore(META).get(PREFERENCES));
      return (row as { preferences: unknown } | undefined)?.preferences;
    }).catch(() => (this.#preferences = undefined));
    return this.#preferences;
  }
}
