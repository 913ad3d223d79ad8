/**
 * Installs the API in a window or a plain worker, if it is missing there and can work. Where the browser has it by now, what
 * ours has left unfinished is handed over.
 */
import { handOver } from '../client/hand-over.ts';
import { attend, clientOf, forEachRegistration } from '../client/presence.ts';
import { install } from '../install.ts';
import { canWork, hasNative, isServiceWorker } from '../platform.ts';

if (isServiceWorker) {
  // It may follow.
  if (!hasNative) console.warn('A service worker needs background-fetch-polyfill/sw');
} else if (canWork()) {
  // Plain workers have none.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (hasNative) {
    if (container) void forEachRegistration(container, handOver);
  } else {
    install(clientOf);
    if (container) attend(container);
  }
}
