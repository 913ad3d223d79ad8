// The day on which TypeScript's libraries have the API, as what writes them would have it: nothing may clash with ours.

type BackgroundFetchResult = '' | 'failure' | 'success';
type BackgroundFetchFailureReason =
  | ''
  | 'aborted'
  | 'bad-status'
  | 'download-total-exceeded'
  | 'fetch-error'
  | 'quota-exceeded';

interface ImageResource {
  label?: string;
  sizes?: string;
  src: string;
  type?: string;
}

interface BackgroundFetchUIOptions {
  icons?: ImageResource[];
  title?: string;
}

interface BackgroundFetchOptions extends BackgroundFetchUIOptions {
  downloadTotal?: number;
}

interface BackgroundFetchEventInit extends ExtendableEventInit {
  registration: BackgroundFetchRegistration;
}

interface BackgroundFetchManager {
  fetch(
    id: string,
    requests: RequestInfo | RequestInfo[],
    options?: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration>;
  get(id: string): Promise<BackgroundFetchRegistration | undefined>;
  getIds(): Promise<string[]>;
}

declare var BackgroundFetchManager: {
  prototype: BackgroundFetchManager;
  new (): BackgroundFetchManager;
};

interface BackgroundFetchRegistrationEventMap {
  progress: Event;
}

interface BackgroundFetchRegistration extends EventTarget {
  readonly downloadTotal: number;
  readonly downloaded: number;
  readonly failureReason: BackgroundFetchFailureReason;
  readonly id: string;
  onprogress: ((this: BackgroundFetchRegistration, ev: Event) => any) | null;
  readonly recordsAvailable: boolean;
  readonly result: BackgroundFetchResult;
  readonly uploadTotal: number;
  readonly uploaded: number;
  abort(): Promise<boolean>;
  match(request: RequestInfo | URL, options?: CacheQueryOptions): Promise<BackgroundFetchRecord | undefined>;
  matchAll(request?: RequestInfo | URL, options?: CacheQueryOptions): Promise<ReadonlyArray<BackgroundFetchRecord>>;
}

declare var BackgroundFetchRegistration: {
  prototype: BackgroundFetchRegistration;
  new (): BackgroundFetchRegistration;
};

interface BackgroundFetchRecord {
  readonly request: Request;
  readonly responseReady: Promise<Response>;
}

declare var BackgroundFetchRecord: {
  prototype: BackgroundFetchRecord;
  new (): BackgroundFetchRecord;
};

interface BackgroundFetchEvent extends ExtendableEvent {
  readonly registration: BackgroundFetchRegistration;
}

declare var BackgroundFetchEvent: {
  prototype: BackgroundFetchEvent;
  new (type: string, init: BackgroundFetchEventInit): BackgroundFetchEvent;
};

interface BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  updateUI(options?: BackgroundFetchUIOptions): Promise<void>;
}

declare var BackgroundFetchUpdateUIEvent: {
  prototype: BackgroundFetchUpdateUIEvent;
  new (type: string, init: BackgroundFetchEventInit): BackgroundFetchUpdateUIEvent;
};

interface ServiceWorkerRegistration {
  readonly backgroundFetch: BackgroundFetchManager;
}

interface ServiceWorkerGlobalScopeEventMap {
  backgroundfetchabort: BackgroundFetchEvent;
  backgroundfetchclick: BackgroundFetchEvent;
  backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
}

interface ServiceWorkerGlobalScope {
  onbackgroundfetchabort: ((this: ServiceWorkerGlobalScope, ev: BackgroundFetchEvent) => any) | null;
  onbackgroundfetchclick: ((this: ServiceWorkerGlobalScope, ev: BackgroundFetchEvent) => any) | null;
  onbackgroundfetchfail: ((this: ServiceWorkerGlobalScope, ev: BackgroundFetchUpdateUIEvent) => any) | null;
  onbackgroundfetchsuccess: ((this: ServiceWorkerGlobalScope, ev: BackgroundFetchUpdateUIEvent) => any) | null;
}
