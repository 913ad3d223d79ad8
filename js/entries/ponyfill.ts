/** The API without a change of the page's globals. See also `ponyfill.sw.ts`. */
import { type BackgroundFetchManager, createManager } from '../api/BackgroundFetchManager.ts';
import { handOver } from '../client/hand-over.ts';
import { attend, clientOf } from '../client/presence.ts';
import { canWork, isBrowsersOwn } from '../platform.ts';
import { type Choice, isNativeChosen, nameInterfaces, nativeManager } from '../ponyfill.ts';
import { notSupported } from '../webidl/exceptions.ts';

const managers = new WeakMap<ServiceWorkerRegistration, BackgroundFetchManager>();

/**
 * The manager of a registration: the browser's own, or ours, as chosen. With ours the page does from then on what keeps
 * downloads going. Throws a NotSupportedError where neither can work.
 */
export function backgroundFetch(registration: ServiceWorkerRegistration, choice?: Choice): unknown {
  if (isNativeChosen(choice)) {
    leave(registration);
    return nativeManager(registration);
  }
  let manager = managers.get(registration);
  if (!manager) {
    if (!canWork()) throw notSupported('Background fetches need service workers, IndexedDB, caches and WebAssembly.');
    begin();
    manager = createManager(() => clientOf(registration));
    managers.set(registration, manager);
  }
  return manager;
}

const left = new WeakSet<ServiceWorkerRegistration>();

/** Ours may have been chosen before the browser had its own. */
function leave(registration: ServiceWorkerRegistration): void {
  if (left.has(registration) || !isBrowsersOwn() || !canWork()) return;
  left.add(registration);
  // Who does not answer has nothing, or is asked again by the next page.
  handOver(registration).catch(() => undefined);
}

let begun = false;

function begin(): void {
  if (begun) return;
  begun = true;
  nameInterfaces();
  // Plain workers have none.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container) attend(container);
}
