/** What the Background Fetch API adds to service workers. Goes with the library "webworker". */

interface BackgroundFetchEventInit extends ExtendableEventInit {
  registration: BackgroundFetchRegistration;
}

/** The event `backgroundfetchabort` or `backgroundfetchclick`. */
interface BackgroundFetchEvent extends ExtendableEvent {
  readonly registration: BackgroundFetchRegistration;
}

declare var BackgroundFetchEvent: {
  prototype: BackgroundFetchEvent;
  new (type: string, init: BackgroundFetchEventInit): BackgroundFetchEvent;
};

/** The event `backgroundfetchsuccess` or `backgroundfetchfail`. */
interface BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  /** May be called once, while the event is active. */
  updateUI(options?: BackgroundFetchUIOptions): Promise<undefined>;
}

declare var BackgroundFetchUpdateUIEvent: {
  prototype: BackgroundFetchUpdateUIEvent;
  new (type: string, init: BackgroundFetchEventInit): BackgroundFetchUpdateUIEvent;
};

interface ServiceWorkerGlobalScopeEventMap {
  backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
  backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  backgroundfetchabort: BackgroundFetchEvent;
  backgroundfetchclick: BackgroundFetchEvent;
}

/** What the library "webworker" takes the global `addEventListener` for. */
interface DedicatedWorkerGlobalScopeEventMap {
  backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
  backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  backgroundfetchabort: BackgroundFetchEvent;
  backgroundfetchclick: BackgroundFetchEvent;
}

interface ServiceWorkerGlobalScope {
  onbackgroundfetchsuccess: ((this: ServiceWorkerGlobalScope, event: BackgroundFetchUpdateUIEvent) => any) | null;
  onbackgroundfetchfail: ((this: ServiceWorkerGlobalScope, event: BackgroundFetchUpdateUIEvent) => any) | null;
  onbackgroundfetchabort: ((this: ServiceWorkerGlobalScope, event: BackgroundFetchEvent) => any) | null;
  onbackgroundfetchclick: ((this: ServiceWorkerGlobalScope, event: BackgroundFetchEvent) => any) | null;
}
