/** Puts the interfaces on the global object, as far as https://wicg.github.io/background-fetch/ exposes them there. */
import { forgetStoredWork } from './engine/stored-work.ts';
import { BackgroundFetchManagerImpl } from './impl/BackgroundFetchManagerImpl.ts';
import { BackgroundFetchEvent } from './interfaces/BackgroundFetchEvent.ts';
import { BackgroundFetchManager, createManager } from './interfaces/BackgroundFetchManager.ts';
import { BackgroundFetchRecord } from './interfaces/BackgroundFetchRecord.ts';
import { BackgroundFetchRegistration } from './interfaces/BackgroundFetchRegistration.ts';
import { BackgroundFetchUpdateUIEvent } from './interfaces/BackgroundFetchUpdateUIEvent.ts';
import { installPermission } from './permission.ts';
import { watchRequests } from './platform.ts';
import type { Connection } from './protocol/connection.ts';
import { exposeInterface, extendInterface } from './webidl/define.ts';
import { defineGlobalEventHandlers } from './webidl/event-handler.ts';

/** https://wicg.github.io/background-fetch/#service-worker-global-scope-extensions */
const EVENTS = [
  'backgroundfetchsuccess',
  'backgroundfetchfail',
  'backgroundfetchabort',
  'backgroundfetchclick',
];

type Connect = (registration: ServiceWorkerRegistration) => Connection;

/** What every window and worker has. */
export function install(connect: Connect): void {
  watchRequests();
  exposeInterface(globalThis, 'BackgroundFetchManager', BackgroundFetchManager);
  exposeInterface(globalThis, 'BackgroundFetchRegistration', BackgroundFetchRegistration);
  exposeInterface(globalThis, 'BackgroundFetchRecord', BackgroundFetchRecord);
  // Chromium's plain workers have no service workers.
  if (typeof ServiceWorkerRegistration === 'function') {
    extendRegistration(ServiceWorkerRegistration.prototype, connect);
  }
  installPermission();
}

/** What only service workers have. */
export function installEvents(global: EventTarget): void {
  exposeInterface(global, 'BackgroundFetchEvent', BackgroundFetchEvent);
  exposeInterface(global, 'BackgroundFetchUpdateUIEvent', BackgroundFetchUpdateUIEvent);
  defineGlobalEventHandlers(global, EVENTS);
}

/** https://wicg.github.io/background-fetch/#dom-serviceworkerregistration-backgroundfetch */
function extendRegistration(prototype: ServiceWorkerRegistration, connect: Connect): void {
  const managers = new WeakMap<ServiceWorkerRegistration, BackgroundFetchManager>();
  const { unregister } = prototype;
  const { get: scopeOf } = Object.getOwnPropertyDescriptor(prototype, 'scope') as {
    get(this: unknown): string;
  };
  extendInterface(prototype, {
    get backgroundFetch(): BackgroundFetchManager {
      // The native getter makes the brand check.
      scopeOf.call(this);
      const registration = this as unknown as ServiceWorkerRegistration;
      let manager = managers.get(registration);
      if (!manager) {
        manager = createManager(new BackgroundFetchManagerImpl(connect(registration)));
        managers.set(registration, manager);
      }
      return manager;
    },
    /** Ends the registration's background fetches, without an event. */
    async unregister(): Promise<boolean> {
      const scope = scopeOf.call(this);
      const registration = this as unknown as ServiceWorkerRegistration;
      // First, while the worker can still let go of the database: of one that is just being ended,
      // WebKit waits for that for good. A registration of no use any more may have a successor.
      if (registration.active) await forgetStoredWork(scope);
      return unregister.call(registration);
    },
  });
}
