/**
 * Installs the API in a service worker, if it is missing there. All listeners are registered while
 * the script is evaluated, ours before the app's; the engine is loaded when there is work for it.
 */
import { watchActiveWorker } from './engine/active-worker.ts';
import { SYNC_TAG, WorkerHost } from './engine/host.ts';
import { EngineLoader, isTrap } from './engine/load.ts';
import { engineModule } from './engine/module.ts';
import { updateInstance } from './impl/instances.ts';
import { updateRecord } from './impl/live-record.ts';
import { install } from './install.ts';
import { BackgroundFetchEvent } from './interfaces/BackgroundFetchEvent.ts';
import { BackgroundFetchUpdateUIEvent } from './interfaces/BackgroundFetchUpdateUIEvent.ts';
import { hasNative } from './native.ts';
import { clientOf } from './protocol/presence.ts';
import { atMost, MAX_HOLD } from './protocol/hold.ts';
import { LocalConnection } from './protocol/local.ts';
import type { WorkerMessage } from './protocol/messages.ts';
import { Server } from './protocol/server.ts';
import { Session, Sessions } from './protocol/sessions.ts';
import { exposeInterface } from './webidl/define.ts';
import { defineGlobalEventHandlers } from './webidl/event-handler.ts';

const EVENTS = [
  'backgroundfetchsuccess',
  'backgroundfetchfail',
  'backgroundfetchabort',
  'backgroundfetchclick',
];

/** Events that have started the worker for the app's sake: a chance to go on for a while. */
const OCCASIONS = ['push', 'periodicsync', 'notificationclick'];

/** What this realm hears of the engine. */
function hear(message: WorkerMessage): void {
  if (message.kind === 'update') updateInstance(message.state);
  if (message.kind === 'record') updateRecord(message.record);
}

function start(global: ServiceWorkerGlobalScope): void {
  const { registration } = global;
  const { scope } = registration;
  const sessions = new Sessions(new Session({ postMessage: hear }, false));
  const isActiveWorker = watchActiveWorker(global);
  const host = new WorkerHost(global, sessions);
  const loader = new EngineLoader(engineModule, scope, host, isActiveWorker);
  const server = new Server(scope, sessions, loader);
  const local = new LocalConnection(registration, server, sessions.local);
  host.loader = loader;
  host.connection = local;

  global.addEventListener('message', (event) => server.receive(event));
  global.addEventListener('activate', (event) => {
    // Only begun: navigations wait for the end of this event.
    event.waitUntil(atMost(MAX_HOLD, server.resume()));
  });
  for (const type of OCCASIONS) {
    global.addEventListener(type, (event) => {
      (event as ExtendableEvent).waitUntil(server.work(MAX_HOLD));
    });
  }
  global.addEventListener('sync', (event) => {
    const { tag } = event as ExtendableEvent & { tag: string };
    if (tag === SYNC_TAG) event.stopImmediatePropagation();
    const again = (): void => {
      if (loader.active) host.registerSync();
    };
    (event as ExtendableEvent).waitUntil(server.work(MAX_HOLD).then(again));
  });
  for (const type of ['online', 'offline']) {
    global.addEventListener(type, () => void server.resume());
  }
  // A trap in what the engine does by itself, while nobody has called it.
  global.addEventListener('error', ({ error }) => {
    if (isTrap(error)) loader.drop();
  });
  global.addEventListener('unhandledrejection', ({ reason }) => {
    if (isTrap(reason)) loader.drop();
  });

  // A worker that is not the active one asks that one, like a page.
  install((own) => (isActiveWorker() ? local : clientOf(own)));
  exposeInterface(global, 'BackgroundFetchEvent', BackgroundFetchEvent);
  exposeInterface(global, 'BackgroundFetchUpdateUIEvent', BackgroundFetchUpdateUIEvent);
  defineGlobalEventHandlers(global, EVENTS);

  // Whatever has started the worker.
  void server.resume();
}

if (!hasNative) start(globalThis as unknown as ServiceWorkerGlobalScope);
