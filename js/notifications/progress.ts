/** Shows what is under way, as long as anything is and the worker lives. */
import { type Broadcast, CHANNEL } from '../border/messages.ts';
import { isNative } from '../platform.ts';
import type { Notifier } from './notifier.ts';

/** In milliseconds: a notification changes no more often. */
const EVERY = 10_000;

/** What takes no longer is not shown before it is over. */
const SOON = 1_000;

export class Progress {
  readonly #notifier: Notifier;
  /** Whether it looks, or will. */
  #busy = false;
  /** How often at least: what is just being stored is no fetch yet. */
  #looks = 0;

  constructor(notifier: Notifier) {
    this.#notifier = notifier;
  }

  /** To be called while the script is evaluated. */
  listen(): void {
    const { scope } = this.#notifier;
    // Where the engine has begun, or the first work has come: its worker tells pages, and so this very realm.
    new BroadcastChannel(CHANNEL).onmessage = ({ data }: MessageEvent<Partial<Broadcast> | null>) => {
      if (data?.scope === scope && data.active) this.look();
    };
  }

  /** Looks soon, and as long as there is anything. */
  look(): void {
    this.#looks = 2;
    if (this.#busy) return;
    this.#busy = true;
    setTimeout(() => void this.#run(), SOON);
  }

  async #run(): Promise<void> {
    this.#looks -= 1;
    // A worker that does not answer, or has lost its database, has nothing to show.
    const some = await this.#showAll().catch(() => false);
    if (some || this.#looks > 0) setTimeout(() => void this.#run(), EVERY);
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
