/**
 * Installs the API in a service worker, if it is missing there. All listeners are registered while the script is
 * evaluated, ours before the app's; the engine is loaded when there is work for it. Where the browser has the API, there is
 * work only if ours was there before.
 */
import { updateInstance } from '../api/instances.ts';
import { updateRecord } from '../api/live-record.ts';
import type { WorkerMessage } from '../border/messages.ts';
import { clientOf } from '../client/presence.ts';
import { install } from '../install.ts';
import { hasNative, isBrowsersOwn, isPage, isServiceWorker, untilCertain, watchActivity } from '../platform.ts';
import { EngineLoader, type EngineModule } from '../worker/engine-loader.ts';
import { HandOver } from '../worker/hand-over.ts';
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

/** All that answers for the engine of this worker. */
function attend(global: ServiceWorkerGlobalScope, module: EngineModule) {
  const { registration } = global;
  const sessions = new Sessions(new Session({ postMessage: hear }, false));
  const activity = watchActivity(global);
  const host = new WorkerHost(global, sessions);
  const loader = new EngineLoader(module, registration.scope, host, activity);
  const server = new Server(registration, sessions, loader);
  const local = new LocalConnection(registration, server, sessions.local);
  host.loader = loader;
  host.connection = local;
  listen(global, server, loader, host);
  return { activity, host, loader, server, local };
}

function start(global: ServiceWorkerGlobalScope): void {
  const { activity, server, local } = attend(global, engineModule);
  // A worker that is not the active one asks that one, like a page.
  install((own) => (activity.isActive ? local : clientOf(own)));
  installEvents(global);
  // Whatever has started the worker.
  setTimeout(() => server.begin(), untilCertain(global));
}

/** For what was left before the browser had the API itself; as a rule there is nothing. */
function takeLeave(global: ServiceWorkerGlobalScope): void {
  const setAside: EngineModule['start'] = async (scope, host) => {
    await handOver.setAside();
    return engineModule.start(scope, host);
  };
  // Hardly ever needed, so the slim build does not keep it.
  const keep: EngineModule['keep'] = async () => undefined;
  const { host, loader, server } = attend(global, { ...engineModule, keep, start: setAside });
  const handOver = new HandOver(global.registration.scope, loader);
  host.isAside = (uid) => handOver.isAside(uid);
  server.serve({ handOver: () => handOver.begin(), handedOver: (_, uid, taken) => handOver.end(uid, taken) });
  setTimeout(() => {
    server
      .resume()
      .then(() => handOver.tidy())
      .catch(() => undefined);
  }, untilCertain(global));
}

if (isServiceWorker) {
  const global = globalThis as unknown as ServiceWorkerGlobalScope;
  if (!hasNative) start(global);
  else if (isBrowsersOwn()) takeLeave(global);
} else if (isPage) {
  console.warn('background-fetch-polyfill/sw is for the service worker, not for a page.');
}
