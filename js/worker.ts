/**
 * Installs the API in a service worker, if it is missing there. All listeners are registered while
 * the script is evaluated, ours before the app's; the engine is loaded when there is work for it.
 */
import { WorkerHost } from './engine/host.ts';
import { EngineLoader } from './engine/load.ts';
import { engineModule } from './engine/module.ts';
import { updateInstance } from './impl/instances.ts';
import { updateRecord } from './impl/live-record.ts';
import { install, installEvents } from './install.ts';
import { hasNative } from './native.ts';
import { listen } from './occasions.ts';
import { untilCertain, watchActiveWorker } from './platform.ts';
import { LocalConnection } from './protocol/local.ts';
import type { WorkerMessage } from './protocol/messages.ts';
import { clientOf } from './protocol/presence.ts';
import { Server } from './protocol/server.ts';
import { Session, Sessions } from './protocol/sessions.ts';

/** What this realm hears of the engine. */
function hear(message: WorkerMessage): void {
  if (message.kind === 'update') updateInstance(message.state);
  if (message.kind === 'record') updateRecord(message.record);
}

function start(global: ServiceWorkerGlobalScope): void {
  const { registration } = global;
  const sessions = new Sessions(new Session({ postMessage: hear }, false));
  const isActiveWorker = watchActiveWorker(global);
  const host = new WorkerHost(global, sessions);
  const loader = new EngineLoader(engineModule, registration.scope, host, isActiveWorker);
  const server = new Server(registration, sessions, loader);
  const local = new LocalConnection(registration, server, sessions.local);
  host.loader = loader;
  host.connection = local;

  listen(global, server, loader, host);
  // A worker that is not the active one asks that one, like a page.
  install((own) => (isActiveWorker() ? local : clientOf(own)));
  installEvents(global);
  // Whatever has started the worker.
  setTimeout(() => server.begin(), untilCertain(global));
}

if (!hasNative) start(globalThis as unknown as ServiceWorkerGlobalScope);
