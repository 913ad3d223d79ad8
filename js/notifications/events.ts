/** Events of which the handlers are waited for. */

/** What is used of an event that lasts. */
export type Lasting = Event & { waitUntil(promise: unknown): void };

/**
 * Gives an event, before its handlers get it, a `waitUntil()` that takes note of what it is given, and does with that what
 * `extend` does.
 */
export function follow(event: Lasting, extend: (promise: unknown) => void): Followed {
  const promises: Promise<unknown>[] = [];
  // Whatever it comes to: that is reported by whom it was given to.
  const add = (promise: unknown): unknown => promises.push(Promise.resolve(promise).catch(() => undefined));
  event.waitUntil = (promise) => {
    extend(promise);
    add(promise);
  };
  return {
    add,
    // A task of its own: what handlers do at once, and in microtasks, is done by then.
    begun: new Promise((resolve) => setTimeout(() => resolve(event.defaultPrevented || promises.length > 0), 0)),
    async ended() {
      let seen: number;
      do {
        seen = promises.length;
        await Promise.all(promises);
      } while (seen < promises.length);
    },
  };
}

export interface Followed {
  /** Something else to wait for. */
  add(promise: Promise<unknown>): unknown;
  /** Resolves when the handlers have run, with whether one of them has prevented the default, or does something. */
  begun: Promise<boolean>;
  /** To be called after that: resolves when nothing is waited for any more. */
  ended(): Promise<void>;
}
