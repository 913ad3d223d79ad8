/** What realms tell each other of the library. */
import { PREFIX } from '../border/names.ts';

const CHANNEL = `${PREFIX}library`;

/** The name of the item that is there now, or no longer; undefined where anything may have changed. */
type Name = string | undefined;

/** Fires `change` when an item was kept or removed, here or in another realm. */
class Library extends EventTarget {
  /** Once somebody listens; open where the page is not asleep. */
  #channel: BroadcastChannel | undefined;

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...args);
    if (this.#channel) return;
    this.#listen();
    // A page that hears anything cannot go to sleep.
    globalThis.addEventListener('pagehide', () => this.#channel?.close());
    globalThis.addEventListener('pageshow', (event) => {
      if (!(event as PageTransitionEvent).persisted) return;
      this.#listen();
      this.#fire();
    });
  }

  /** Tells all realms, and this one if somebody listens here. */
  announce(name: Name): void {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage(name);
    channel.close();
  }

  #fire(name?: Name): void {
    this.dispatchEvent(new CustomEvent('change', { detail: { name } }));
  }

  #listen(): void {
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }: MessageEvent<Name>) => this.#fire(data);
  }
}

export const library = new Library();
