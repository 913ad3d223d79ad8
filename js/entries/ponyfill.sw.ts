/** The API without a change of the service worker's globals. See also `ponyfill.ts`. */
import { type BackgroundFetchManager, createManager } from '../api/BackgroundFetchManager.ts';
import { isOurs } from '../border/messages.ts';
import { clientOf } from '../client/presence.ts';
import { isBrowsersOwn, isServiceWorker, untilCertain } from '../platform.ts';
import { type Choice, isNativeChosen, nameInterfaces, nativeManager } from '../ponyfill.ts';
import { invalidState, notSupported } from '../webidl/exceptions.ts';
import { type Attendance, attend, takeLeave } from '../worker/attend.ts';
import { BackgroundFetchEvent } from '../worker/BackgroundFetchEvent.ts';
import { BackgroundFetchUpdateUIEvent } from '../worker/BackgroundFetchUpdateUIEvent.ts';
import { EVENTS } from '../worker/install-events.ts';
import { refuse } from '../worker/refuse.ts';
import { engineModule } from '../worker/wasm.ts';

let attendance: Attendance | undefined;
/** What `serve()` has returned. */
let target: EventTarget | undefined;
const managers = new WeakMap<ServiceWorkerRegistration, BackgroundFetchManager>();

/**
 * Has this service worker do the background fetches that pages begin with the ponyfill. To be called while the script is
 * evaluated. The events of the standard are dispatched at what it returns. Called again, it returns the same.
 */
export function serve(choice?: Choice): EventTarget {
  if (target) return target;
  if (!isServiceWorker) throw notSupported('background-fetch-polyfill/ponyfill/sw is for service workers.');
  const global = globalThis as unknown as ServiceWorkerGlobalScope;
  if (isNativeChosen(choice)) {
    target = global;
    refusePages(global);
    if (isBrowsersOwn()) takeLeave(global, engineModule);
    return target;
  }
  const own = new EventTarget();
  target = own;
  nameInterfaces({ BackgroundFetchEvent, BackgroundFetchUpdateUIEvent });
  const begun = attend(global, engineModule, own);
  attendance = begun;
  reportNative(global);
  setTimeout(() => begun.server.begin(), untilCertain(global));
  return own;
}

/** As in pages; of this worker's own registration only when it serves. */
export function backgroundFetch(registration: ServiceWorkerRegistration, choice?: Choice): unknown {
  if (isNativeChosen(choice)) return nativeManager(registration);
  const { activity, local } = attendance ?? raise();
  let manager = managers.get(registration);
  if (!manager) {
    manager = createManager(() => (activity.isActive ? local : clientOf(registration)));
    managers.set(registration, manager);
  }
  return manager;
}

function raise(): never {
  throw invalidState("This service worker does not serve: call serve({ prefer: 'ours' }) first.");
}

/** A page that has chosen ours would wait in vain. */
function refusePages(global: ServiceWorkerGlobalScope): void {
  global.addEventListener('message', (event) => {
    const data = event.data as unknown;
    if (!isOurs(data)) return;
    const { kind } = data as { kind?: unknown };
    // What is to be handed over is another listener's.
    if (kind === 'handOver' || kind === 'handedOver') return;
    event.stopImmediatePropagation();
    const message =
      "The service worker uses the browser's own Background Fetch: give `prefer: 'ours'` to serve(), too, or not to the page's backgroundFetch().";
    refuse(event.ports[0], data, invalidState(message));
  });
}

/** What a page has begun with the browser's own API ends at the global object, where nobody listens. */
function reportNative(global: ServiceWorkerGlobalScope): void {
  for (const type of EVENTS) {
    global.addEventListener(type, () => {
      reportError(
        new Error(
          `A ${type} of the browser's own Background Fetch: give \`prefer: 'ours'\` to the page's backgroundFetch(), too, or not to serve().`,
        ),
      );
    });
  }
}
