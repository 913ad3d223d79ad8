/** Puts the interfaces on the global object that https://wicg.github.io/background-fetch/ exposes in windows and workers. */
import { BackgroundFetchManager, createManager } from './api/BackgroundFetchManager.ts';
import { BackgroundFetchRecord } from './api/BackgroundFetchRecord.ts';
import { BackgroundFetchRegistration } from './api/BackgroundFetchRegistration.ts';
import { hideCaches } from './api/caches.ts';
import { installPermission } from './api/permission.ts';
import type { Connection } from './border/connection.ts';
import { forgetStoredWork } from './border/stored-work.ts';
import { watchRequests } from './platform.ts';
import { exposeInterface, extendInterface } from './webidl/define.ts';

type Connect = (registration: ServiceWorkerRegistration) => Connection;

/** What every window and worker has. */
export function install(connect: Connect): void {
  watchRequests();
  exposeInterface(globalThis, 'BackgroundFetchManager', BackgroundFetchManager);
  exposeInterface(globalThis, 'BackgroundFetchRegistration', BackgroundFetchRegistration);
  exposeInterface(globalThis, 'BackgroundFetchRecord', BackgroundFetchRecord);
  // Chromium's plain workers have no service workers.
  if ('ServiceWorkerRegistration' in globalThis) {
    extendRegistration(ServiceWorkerRegistration.prototype, connect);
  }
  installPermission();
  hideCaches();
}

/** https://wicg.github.io/background-fetch/#dom-serviceworkerregistration-backgroundfetch */
function extendRegistration(prototype: ServiceWorkerRegistration, connect: Connect): void {
  const managers = new WeakMap<ServiceWorkerRegistration, BackgroundFetchManager>();
  const { unregister } = prototype;
  // The native getter makes the brand check.
  const scopeOf = (registration: unknown): string => Reflect.get(prototype, 'scope', registration);
  extendInterface(prototype, {
    get backgroundFetch(): BackgroundFetchManager {
      scopeOf(this);
      const registration = this as unknown as ServiceWorkerRegistration;
      let manager = managers.get(registration);
      if (!manager) {
        // Which one it is may change: a worker is not the active one for all its life.
        manager = createManager(() => connect(registration));
        managers.set(registration, manager);
      }
      return manager;
    },
    /** Ends the registration's background fetches, without an event. */
    async unregister(): Promise<boolean> {
      const scope = scopeOf(this);
      const registration = this as unknown as ServiceWorkerRegistration;
      // First, while the worker can still let go of the database: of one that is just being ended,
      // WebKit waits for that for good. A registration of no use any more may have a successor.
      if (registration.active) await forgetStoredWork(scope);
      return unregister.call(registration);
    },
  });
}
