/** No event may keep the worker longer: the browser would kill it in the end, work and all. */
export const MAX_HOLD = 25_000;

/** How long a call to keep the worker alive waits, at most, before it is answered. */
const COMMON_HOLD = 20_000;

/**
 * The same while a newer version waits: it may be told at any time to take over, and in Chromium can
 * do so only in a moment in which this worker has no event.
 */
const BRIEF_HOLD = 3_000;

/** How long the worker waits for pages to take note of a result. */
export const ACKNOWLEDGE_TIMEOUT = 1_000;

/** Resolves when the promise has settled, and at the latest after `time`. */
export async function atMost(time: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, time);
  });
  await Promise.race([promise.catch(() => undefined), timeout]);
  clearTimeout(timer);
}

/**
 * What events wait for that keep the worker alive. They all end at the same time, whenever they
 * began: between them a worker of a newer version can take over, which has to wait for a moment in
 * which this one has no event.
 */
export class CommonHold {
  #end: (() => void) | undefined;
  #current: Promise<void> | undefined;

  /** Resolves when the current hold ends; begins one, a brief one on wish, if there is none. */
  join(brief: boolean): Promise<void> {
    this.#current ??= atMost(
      brief ? BRIEF_HOLD : COMMON_HOLD,
      new Promise<void>((resolve) => {
        this.#end = resolve;
      }),
    ).then(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  /** Ends it now. */
  release(): void {
    this.#end?.();
  }
}
