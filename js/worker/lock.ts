/** Gives the lock back. */
export type Release = () => void;

/**
 * Makes this worker the only one that runs the engine: an older worker that still holds the lock
 * loses it. Resolves when it is held; `lost` is called when a newer worker takes it in turn.
 */
export async function takeLock(name: string, lost: () => void): Promise<Release> {
  return new Promise((resolve) => {
    let held = false;
    const hold = (): Promise<void> => {
      held = true;
      return new Promise((release) => resolve(release));
    };
    navigator.locks
      .request(name, { steal: true }, hold)
      // A stolen lock rejects what it was held for. Refused, it has to do without: the store is fenced.
      .catch(() => (held ? lost() : resolve(noop)));
  });
}

const noop = (): void => undefined;
