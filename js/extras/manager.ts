/** What a registration has of the API: ours, or the browser's own. */
import { isNative } from '../platform.ts';
import { notSupported } from '../webidl/exceptions.ts';
import type { Shown } from './meter.ts';

/** What is used of the standard's manager. */
export interface Manager {
  fetch(id: string, requests: Request[], options: object): Promise<Shown>;
  get(id: string): Promise<(Shown & { abort(): Promise<boolean> }) | undefined>;
  getIds(): Promise<string[]>;
}

/** Of the ponyfill it has none. */
export const managerOf = (registration: ServiceWorkerRegistration): Manager | undefined =>
  (registration as { backgroundFetch?: Manager }).backgroundFetch;

/** The same, if it is the browser's own. */
export function nativeManagerOf(registration: ServiceWorkerRegistration): Manager | undefined {
  const manager = managerOf(registration);
  return manager && isNative(manager.constructor) ? manager : undefined;
}

/** Throws where the API is the browser's own, of which it says what those cannot do. */
export function refuseNative(registration: ServiceWorkerRegistration, what: string): void {
  if (nativeManagerOf(registration)) throw notSupported(`The browser's own background fetches ${what}.`);
}
