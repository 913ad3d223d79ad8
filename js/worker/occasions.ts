/** What may wake the worker, and what it makes of that: all listeners but those of the app. */

import { clearStoredWork, forgetStoredWork } from '../border/stored-work.ts';
import { isWebKit } from '../platform.ts';
import type { EngineLoader } from './engine-loader.ts';
import { atMost, MAX_HOLD } from './hold.ts';
import { SYNC_TAG, type WorkerHost } from './host.ts';
import type { Server } from './server.ts';

/** Events that have started the worker for the app's sake: a chance to go on for a while. */
const OCCASIONS = ['push', 'periodicsync', 'notificationclick'];

/** So long at most an installation waits for us, in milliseconds. */
const INSTALL_LIMIT = 5_000;

/** In milliseconds: for a longer rest a sync fails, and the browser repeats it after some minutes. */
const LONG_PAUSE = 5 * 60_000;

/** A SyncEvent, which TypeScript does not know. */
type SyncEvent = ExtendableEvent & { tag: string };

/** To be called while the script is evaluated, before the app adds its listeners. */
export function listen(global: ServiceWorkerGlobalScope, server: Server, loader: EngineLoader, host: WorkerHost): void {
  global.addEventListener('message', (event) => server.receive(event));
  global.addEventListener('install', (event) => {
    // An app whose storage hangs is to be installed all the same.
    event.waitUntil(atMost(INSTALL_LIMIT, install(global.registration, loader)));
  });
  global.addEventListener('activate', (event) => {
    // Only begun: navigations wait for the end of this event.
    event.waitUntil(atMost(MAX_HOLD, server.resume()));
  });
  for (const type of OCCASIONS) {
    global.addEventListener(type, (event) => {
      loader.proveActive();
      (event as ExtendableEvent).waitUntil(server.tryToWork());
    });
  }
  global.addEventListener('sync', (event) => {
    loader.proveActive();
    const { tag } = event as SyncEvent;
    // The app's own is over when its work is.
    if (tag !== SYNC_TAG) return server.begin();
    event.stopImmediatePropagation();
    const work = server.work().then(async (rest) => {
      // It would come again at once, and leave no gap for a newer worker.
      if (!loader.active || global.registration.waiting) return;
      if (rest > LONG_PAUSE && navigator.onLine) throw new Error('Nothing to do but wait.');
      if (rest > 0) await server.pause();
      host.registerSync();
    });
    (event as SyncEvent).waitUntil(work);
  });
  for (const type of ['online', 'offline']) {
    global.addEventListener(type, () => server.begin());
  }
  listenForUpdates(global.registration, server);
  listenForTraps(global, loader);
}

/** What a registration that is gone has left is not for the next one of that scope. */
async function install({ active, scope }: ServiceWorkerRegistration, loader: EngineLoader): Promise<void> {
  if (!active) await (isWebKit ? clearStoredWork : forgetStoredWork)(scope);
  await loader.keep();
}

/** A new version that wants to take over at once shall not wait for the end of a hold. */
function listenForUpdates(registration: ServiceWorkerRegistration, server: Server): void {
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', () => server.release());
  });
}

/** Traps in what the engine does by itself, while nobody has called it. */
function listenForTraps(global: ServiceWorkerGlobalScope, loader: EngineLoader): void {
  global.addEventListener('error', ({ error }) => {
    if (loader.isTrap(error)) loader.drop();
  });
  global.addEventListener('unhandledrejection', ({ reason }) => {
    if (loader.isTrap(reason)) loader.drop();
  });
}
