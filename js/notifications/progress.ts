/** Shows what is under way, as long as anything is and the worker lives. */
import { type Broadcast, CHANNEL } from '../border/messages.ts';
import { isNative, untilCertain } from '../platform.ts';
import type { Notifier } from './notifier.ts';

/** In milliseconds: a notification changes no more often. */
const EVERY = 10_000;

export class Progress {
  readonly #notifier: Notifier;
  #busy = false;
  /** Whether something may have begun since it was looked. */
  #again = false;

  constructor(notifier: Notifier) {
    this.#notifier = notifier;
  }

  /** To be called while the script is evaluated. */
  listen(): void {
    const { global, scope } = this.#notifier;
    // The worker's core tells pages, and so this very realm, when there is something to do.
    new BroadcastChannel(CHANNEL).onmessage = ({ data }: MessageEvent<Partial<Broadcast> | null>) => {
      if (data?.scope === scope && data.active) this.look();
    };
    setTimeout(() => this.look(), untilCertain(global));
  }

  /** Looks now, or as soon as it may. */
  look(): void {
    this.#again = true;
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    this.#again = false;
    // A worker that does not answer, or has lost its database, has nothing to show.
    const some = await this.#showAll().catch(() => false);
    if (some || this.#again) setTimeout(() => void this.#run(), some ? EVERY : 0);
    else this.#busy = false;
  }

  /** Whether there is anything. */
  async #showAll(): Promise<boolean> {
    const { manager, maxActions, options } = this.#notifier;
    if (options.when !== 'progress' || maxActions === 0) return false;
    // The browser shows its own.
    if (!manager || isNative(manager.constructor)) return false;
    const ids = await manager.getIds();
    for (const id of ids) {
      const fetch = await manager.get(id);
      if (fetch) await this.#notifier.show(fetch);
    }
    return ids.length > 0;
  }
}
