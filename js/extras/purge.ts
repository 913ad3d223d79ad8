/** To leave nothing behind: when the user logs out, or the app does without background fetches from now on. */
import { lockName, PREFIX } from '../border/names.ts';
import { removalOf } from '../border/stored-work.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { ask } from './ask.ts';
import { nativeManagerOf } from './manager.ts';
import { ownRegistration } from './status.ts';
import { within } from './within.ts';

/** What takes longer to be removed, in milliseconds, does not go. */
const REMOVAL_LIMIT = 10_000;

/**
 * Aborts the background fetches of a registration, by default that of this page or worker, and removes all that this library
 * has stored for it: items of `./offline`, the history, the database and the caches. Resolves when all is gone; rejects with
 * an InvalidStateError if something holds it.
 */
export async function purge(registration?: ServiceWorkerRegistration): Promise<void> {
  const own = registration ?? (await ownRegistration());
  const manager = nativeManagerOf(own);
  if (manager) for (const id of await manager.getIds()) await (await manager.get(id))?.abort();
  // A worker that does not answer has no engine of ours, or an older one.
  await ask(own, 'purge').catch(() => seize(own));
  // Of `js/offline/changes.ts`: anything may have changed.
  const channel = new BroadcastChannel(`${PREFIX}library`);
  channel.postMessage(undefined);
  channel.close();
}

const seize = ({ scope }: ServiceWorkerRegistration): Promise<void> =>
  within(
    REMOVAL_LIMIT,
    invalidState('Something holds the database of background fetches.'),
    navigator.locks.request(lockName(scope), { steal: true }, removalOf(scope)),
  );
