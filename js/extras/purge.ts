/** To leave nothing behind: when the user logs out, or the app does without background fetches from now on. */
import { LIBRARY_CHANNEL } from '../border/names.ts';
import { seizeStored } from '../border/stored-work.ts';
import { isNative } from '../platform.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { ask } from './ask.ts';
import { ownRegistration } from './status.ts';

/** What takes longer to be removed, in milliseconds, does not go. */
const REMOVAL_LIMIT = 10_000;

/** What is used of the standard's manager. */
interface Manager {
  getIds(): Promise<string[]>;
  get(id: string): Promise<{ abort(): Promise<boolean> } | undefined>;
}

/**
 * Aborts the background fetches of a registration, by default that of this page or worker, and removes all that this library
 * has stored for it: items of `./offline`, the history, the database and the caches. Resolves when all is gone; rejects with
 * an InvalidStateError if something holds it.
 */
export async function purge(registration?: ServiceWorkerRegistration): Promise<void> {
  const own = registration ?? (await ownRegistration());
  const { backgroundFetch: manager } = own as { backgroundFetch?: Manager };
  if (manager && isNative(manager.constructor)) {
    for (const id of await manager.getIds()) await (await manager.get(id))?.abort();
  }
  // A worker that does not answer has no engine of ours, or an older one.
  await ask(own, 'purge').catch(() => within(seizeStored(own.scope)));
  const channel = new BroadcastChannel(LIBRARY_CHANNEL);
  // Anything may have changed.
  channel.postMessage(undefined);
  channel.close();
}

function within(removal: Promise<void>): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    const message = 'Not all could be removed: another page or worker holds the database of background fetches.';
    setTimeout(() => reject(invalidState(message)), REMOVAL_LIMIT);
  });
  return Promise.race([removal, late]);
}
