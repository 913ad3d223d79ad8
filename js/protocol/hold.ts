/** No event may keep the worker longer: the browser would kill it in the end, work and all. */
export const MAX_HOLD = 25_000;

/** What a call to keep the worker alive waits before it is answered. */
export const KEEP_ALIVE_HOLD = 20_000;

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
