/** Installs the API in a window or a plain worker, if it is missing there and can work. */
import { attend, clientOf } from '../client/presence.ts';
import { install } from '../install.ts';
import { canWork, hasNative, isServiceWorker } from '../platform.ts';

// A service worker has an entry of its own, which may follow.
if (!isServiceWorker && !hasNative && canWork()) {
  install(clientOf);
  // Plain workers have none.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container) attend(container);
}
