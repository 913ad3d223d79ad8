/**
 * Installs the API in a service worker, if it is missing there. All listeners are registered while
 * the script is evaluated, ours before the app's; the engine is loaded when there is work for it.
 */
import { updateInstance } from '../api/instances.ts';
import { updateRecord } from '../api/live-record.ts';
import type { WorkerMessage } from '../border/messages.ts';
import { clientOf } from '../client/presence.ts';
import { install } from '../install.ts';
import { hasNative, isPage, isServiceWorker, untilCertain, watchActivity } from '../platform.ts';
import { EngineLoader } from '../worker/engine-loader.ts';
import { WorkerHost } from '../worker/host.ts';
import { installEvents } from '../worker/install-events.ts';
import { LocalConnection } from '../worker/local-connection.ts';
import { listen } from '../worker/occasions.ts';
import { Server } from '../worker/server.ts';
import { Session, Sessions } from '../worker/sessions.ts';
import { engineModule } from '../worker/wasm.ts';

/** What this realm hears of the engine. */
function hear(message: WorkerMessage): void {
  if (message.kind === 'update') updateInstance(message.state);
  if (message.kind === 'record') updateRecord(message.record);
}

function start(global: ServiceWorkerGlobalScope): void {
  const { registration } = global;
  const sessions = new Sessions(new Session({ postMessage: hear }, false));
  const activity = watchActivity(global);
  const host = new WorkerHost(global, sessions);
  const loader = new EngineLoader(engineModule, registration.scope, host, activity);
  const server = new Server(registration, sessions, loader);
  const local = new LocalConnection(registration, server, sessions.local);
  host.loader = loader;
  host.connection = local;

  listen(global, server, loader, host);
  // A worker that is not the active one asks that one, like a page.
  install((own) => (activity.isActive ? local : clientOf(own)));
  installEvents(global);
  // Whatever has started the worker.
  setTimeout(() => server.begin(), untilCertain(global));
}

if (isServiceWorker) {
  if (!hasNative) start(globalThis as unknown as ServiceWorkerGlobalScope);
} else if (isPage) {
  console.warn('background-fetch-polyfill/sw is for the service worker, not for a page.');
}
