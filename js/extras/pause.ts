/** Pausing, for as long as the app likes: what is paused is active, asks for nothing, and keeps no worker alive. */
import { ask } from './ask.ts';
import { refuseNative } from './manager.ts';

/**
 * Has the active background fetch of this id ask for nothing more, until {@link resume}; resolves, when that is durable, with
 * whether there is one. What has come stays. Uploads that are on their way, and what could not be gone on with, come to
 * their ends. Rejects with a NotSupportedError where the browser's own API is used, which cannot be paused.
 */
export const pause = (registration: ServiceWorkerRegistration, id: string): Promise<boolean> =>
  set(registration, id, true);

/** Lets it go on. */
export const resume = (registration: ServiceWorkerRegistration, id: string): Promise<boolean> =>
  set(registration, id, false);

async function set(registration: ServiceWorkerRegistration, id: string, paused: boolean): Promise<boolean> {
  refuseNative(registration, 'cannot be paused');
  return ask(registration, 'pause', id, paused);
}
