/** All that answers for the engine of a service worker, put together. */
import { updateInstance } from '../api/instances.ts';
import { updateRecord } from '../api/live-record.ts';
import type { WorkerMessage } from '../border/messages.ts';
import { type Activity, untilCertain, watchActivity } from '../platform.ts';
import { EngineLoader, type EngineModule } from './engine-loader.ts';
import { HandOver } from './hand-over.ts';
import { WorkerHost } from './host.ts';
import { LocalConnection } from './local-connection.ts';
import { listen } from './occasions.ts';
import { Server } from './server.ts';
import { Session, Sessions } from './sessions.ts';

export interface Attendance {
  activity: Activity;
  host: WorkerHost;
  loader: EngineLoader;
  server: Server;
  /** This realm's own way to the engine. */
  local: LocalConnection;
}

/** To be called while the script is evaluated. The events of background fetches are dispatched at `target`. */
export function attend(global: ServiceWorkerGlobalScope, module: EngineModule, target: EventTarget): Attendance {
  const { registration } = global;
  const sessions = new Sessions(new Session({ postMessage: hear }, false));
  const activity = watchActivity(global);
  const host = new WorkerHost(global, sessions, target);
  const loader = new EngineLoader(module, registration.scope, host, activity);
  const server = new Server(registration, sessions, loader);
  const local = new LocalConnection(registration, server, sessions.local);
  host.loader = loader;
  host.connection = local;
  listen(global, server, loader, host);
  return { activity, host, loader, server, local };
}

/** What this realm hears of the engine. */
function hear(message: WorkerMessage): void {
  if (message.kind === 'update') updateInstance(message.state);
  if (message.kind === 'record') updateRecord(message.record);
}

/** The same, for what was left before the browser had the API itself; as a rule there is nothing. */
export function takeLeave(global: ServiceWorkerGlobalScope, module: EngineModule): void {
  const start: EngineModule['start'] = async (...args) => {
    await handOver.setAside();
    return module.start(...args);
  };
  // Hardly ever needed, so the slim build does not keep it.
  const keep: EngineModule['keep'] = async () => undefined;
  const { host, loader, server } = attend(global, { ...module, keep, start }, global);
  const handOver = new HandOver(global.registration.scope, loader);
  host.isAside = (uid) => handOver.isAside(uid);
  server.serve({ handOver: () => handOver.begin(), handedOver: (_, uid, taken) => handOver.end(uid, taken) });
  const leave = (): Promise<void> => server.resume().then(() => handOver.tidy());
  setTimeout(() => leave().catch(() => undefined), untilCertain(global));
}
