/** What the ponyfill's entries for pages and for service workers have in common. */
import { BackgroundFetchManager } from './api/BackgroundFetchManager.ts';
import { BackgroundFetchRecord } from './api/BackgroundFetchRecord.ts';
import { BackgroundFetchRegistration } from './api/BackgroundFetchRegistration.ts';
import { hasNative } from './platform.ts';
import { exposeInterface } from './webidl/define.ts';

/** Whose API is wanted, where there are two. Page and worker must choose alike. */
export interface Choice {
  /** The browser's own where there is one, by default; or ours, everywhere. */
  prefer?: 'native' | 'ours';
}

/** Whether it is the browser's own that is to be used. */
export function isNativeChosen({ prefer = 'native' }: Choice = {}): boolean {
  if (prefer !== 'native' && prefer !== 'ours') throw new TypeError("`prefer` must be 'native' or 'ours'.");
  return hasNative && prefer === 'native';
}

/** That which the registration has. */
export const nativeManager = (registration: ServiceWorkerRegistration): unknown =>
  (registration as { backgroundFetch?: unknown }).backgroundFetch;

/** Gives the interfaces their names and enumerable members, though nobody can get hold of them. */
export function nameInterfaces(more: Record<string, abstract new (...args: never[]) => object> = {}): void {
  const all = { BackgroundFetchManager, BackgroundFetchRegistration, BackgroundFetchRecord, ...more };
  for (const [name, constructor] of Object.entries(all)) exposeInterface({}, name, constructor);
}
