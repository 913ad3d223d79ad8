/** Names that guides use, and the standard has not. Over ours and over the browser's own. */
import { managerOf } from '../extras/manager.ts';
import { type FetchStatus, ownRegistration } from '../extras/status.ts';
import { requireArguments, toDOMString } from '../webidl/convert.ts';
import { exposeInterface, extendInterface, promiseFrom } from '../webidl/define.ts';
import { BackgroundFetchConfig, configure, withDefaults } from './config.ts';
import { begin, type Fetch, inherit, type Manager, setOwner, start, statusOf } from './fetches.ts';

/** What is looked at of the global object; each may be missing. */
interface Realm {
  BackgroundFetchManager?: { prototype: Manager };
  BackgroundFetchRegistration?: { prototype: Fetch };
  ServiceWorkerRegistration?: { prototype: ServiceWorkerRegistration };
  Navigator?: { prototype: object };
  WorkerNavigator?: { prototype: object };
}

/** Whether the API is there. A second time it changes nothing. */
export function installAliases(): boolean {
  const { BackgroundFetchManager, BackgroundFetchRegistration, ServiceWorkerRegistration } = globalThis as Realm;
  if (!BackgroundFetchManager || !BackgroundFetchRegistration) return false;
  if ('configure' in BackgroundFetchManager.prototype) return true;
  extendManager(BackgroundFetchManager.prototype);
  extendFetch(BackgroundFetchRegistration.prototype);
  exposeInterface(globalThis, 'BackgroundFetchConfig', BackgroundFetchConfig);
  // Chromium's plain workers have no service workers.
  if (ServiceWorkerRegistration) {
    noteOwners(ServiceWorkerRegistration.prototype);
    extendNavigator(BackgroundFetchManager.prototype);
  }
  return true;
}

function extendManager(prototype: Manager): void {
  const { fetch, get } = prototype;
  extendInterface(prototype, {
    /** With the defaults that are configured. */
    fetch(this: Manager, _id: unknown, _requests: unknown): Promise<Fetch> {
      const args: unknown[] = [...arguments];
      return promiseFrom(() => {
        if (args.length > 1) args[2] = withDefaults(args[2]);
        return begin(this, fetch, args);
      });
    },
    async get(this: Manager, _id: unknown): Promise<Fetch | undefined> {
      return inherit(await Reflect.apply(get, this, arguments), this);
    },
    /** Aborts the active fetch of this id; resolves with whether there was one. */
    abort(this: Manager, id: unknown): Promise<boolean> {
      const { length } = arguments;
      return promiseFrom(async () => {
        requireArguments(length, 1, 'BackgroundFetchManager.abort()');
        const found = await this.get(toDOMString(id, 'BackgroundFetchManager.abort()'));
        return found ? found.abort() : false;
      });
    },
    /** Sets what is given; resolves with what holds then. */
    configure(members: unknown = undefined): Promise<BackgroundFetchConfig> {
      return promiseFrom(() => configure(members));
    },
  });
}

function extendFetch(prototype: Fetch): void {
  extendInterface(prototype, {
    start(this: Fetch): Promise<Fetch> {
      return promiseFrom(() => start(this));
    },
    getStatus(this: Fetch): Promise<FetchStatus> {
      return promiseFrom(() => statusOf(this));
    },
    get uploadBytesReceived(): number {
      return (this as unknown as Fetch).uploaded;
    },
    get downloadBytesReceived(): number {
      return (this as unknown as Fetch).downloaded;
    },
  });
}

/** From then on it is known which registration a manager is of. */
function noteOwners(prototype: ServiceWorkerRegistration): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'backgroundFetch');
  const getter = descriptor?.get;
  if (!getter) return;
  extendInterface(prototype, {
    get backgroundFetch(): object {
      const registration = this as unknown as ServiceWorkerRegistration;
      const manager = Reflect.apply(getter, registration, []) as object;
      setOwner(manager, registration);
      return manager;
    },
  });
}

/** One for the registration of this page, as soon as it has one, or of this worker. */
function extendNavigator(manager: Manager): void {
  const { Navigator, WorkerNavigator } = globalThis as Realm;
  const navigator = (Navigator ?? WorkerNavigator)?.prototype;
  if (!navigator) return;
  const call = async (name: string, args: IArguments): Promise<unknown> => {
    const own = managerOf(await ownRegistration()) as unknown as Record<string, (...args: unknown[]) => unknown>;
    return own[name]?.(...args);
  };
  const ready = Object.create(manager) as object;
  const names = ['fetch', 'get', 'getIds', 'abort', 'configure'];
  for (const name of names) {
    const value = function (): Promise<unknown> {
      return call(name, arguments);
    };
    Object.defineProperty(ready, name, { value, writable: true, configurable: true });
  }
  extendInterface(navigator, {
    get backgroundFetch(): object {
      return ready;
    },
  });
}
