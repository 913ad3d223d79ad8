/** Installs the API in a window or a plain worker, if it is missing there. */
import { install } from './install.ts';
import { hasNative } from './native.ts';
import { attend, clientOf } from './protocol/presence.ts';

if (!hasNative && isSecureContext) {
  install(clientOf);
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container) attend(container);
}
