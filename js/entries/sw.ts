/**
 * Installs the API in a service worker, if it is missing there. All listeners are registered while the script is
 * evaluated, ours before the app's; the engine is loaded when there is work for it. Where the browser has the API, there is
 * work only if ours was there before.
 */
import { clientOf } from '../client/presence.ts';
import { install } from '../install.ts';
import { hasNative, isBrowsersOwn, isPage, isServiceWorker, untilCertain } from '../platform.ts';
import { attend, takeLeave } from '../worker/attend.ts';
import { installEvents } from '../worker/install-events.ts';
import { engineModule } from '../worker/wasm.ts';

function start(global: ServiceWorkerGlobalScope): void {
  const { activity, server, local } = attend(global, engineModule, global);
  // A worker that is not the active one asks that one, like a page.
  install((own) => (activity.isActive ? local : clientOf(own)));
  installEvents(global);
  // Whatever has started the worker.
  setTimeout(() => server.begin(), untilCertain(global));
}

if (isServiceWorker) {
  const global = globalThis as unknown as ServiceWorkerGlobalScope;
  if (!hasNative) start(global);
  else if (isBrowsersOwn()) takeLeave(global, engineModule);
} else if (isPage) {
  console.warn('background-fetch-polyfill/sw is for the service worker, not for a page.');
}
