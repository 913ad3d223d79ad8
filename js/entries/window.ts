/** Installs the API in a window or a plain worker, if it is missing there. */
import { attend, clientOf } from '../client/presence.ts';
import { install } from '../install.ts';
import { hasNative } from '../platform.ts';

if (!hasNative && isSecureContext) {
  install(clientOf);
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container) attend(container);
}
