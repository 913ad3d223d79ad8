/** Whose library this realm has. */
import { isServiceWorker } from '../platform.ts';
import { invalidState } from '../webidl/exceptions.ts';

/** The scope of the registration that this realm belongs to; undefined where there is none. */
export async function scopeHere(): Promise<string | undefined> {
  if (isServiceWorker) return (globalThis as unknown as ServiceWorkerGlobalScope).registration.scope;
  // On a server, without HTTPS, and in the plain workers of some browsers there are none.
  const { serviceWorker } = (globalThis as { navigator?: Partial<Navigator> }).navigator ?? {};
  const registration = await serviceWorker?.getRegistration();
  if (registration || !serviceWorker?.controller) return registration?.scope;
  // WebKit may not list that which controls the page already. Of one that is gone there is no end to wait for.
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, 1_000));
  return (await Promise.race([serviceWorker.ready, late]))?.scope;
}

/** The same, where it is needed. */
export async function requireScope(): Promise<string> {
  const scope = await scopeHere();
  if (!scope) throw invalidState('There is no service worker.');
  return scope;
}
