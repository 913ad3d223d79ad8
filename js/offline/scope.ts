/** Whose library this realm has. */
import { isServiceWorker } from '../platform.ts';
import { invalidState } from '../webidl/exceptions.ts';

/** The scope of the registration that this realm belongs to; undefined where there is none. */
export async function scopeHere(): Promise<string | undefined> {
  if (isServiceWorker) return (globalThis as unknown as ServiceWorkerGlobalScope).registration.scope;
  // On a server, without HTTPS, and in the plain workers of some browsers there are none.
  const { serviceWorker } = (globalThis as { navigator?: Partial<Navigator> }).navigator ?? {};
  // WebKit may not list that which controls the page already.
  return (await (serviceWorker?.controller ? serviceWorker.ready : serviceWorker?.getRegistration()))?.scope;
}

/** The same, where it is needed. */
export async function requireScope(): Promise<string> {
  const scope = await scopeHere();
  if (scope === undefined) throw invalidState('No service worker is registered for this page.');
  return scope;
}
