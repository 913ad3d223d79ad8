/** What the app of the documents has in its service worker. `../world.mjs` has the same. */
import '../../../types/sw.d.ts';
import '../../../types/aliases.d.ts';

declare global {
  function store(registration: BackgroundFetchRegistration): Promise<void>;
  /** To the user. */
  function tell(text: string): Promise<void>;

  /** What a build puts there. */
  var __WB_MANIFEST: object[];

  /** What the library "webworker" knows of service workers by the global's interface only. */
  const clients: Clients;
  function skipWaiting(): Promise<void>;
  interface DedicatedWorkerGlobalScopeEventMap {
    install: ExtendableEvent;
    activate: ExtendableEvent;
    fetch: FetchEvent;
    push: PushEvent;
    /** Of https://wicg.github.io/periodic-background-sync/, which TypeScript does not know. */
    periodicsync: ExtendableEvent & { readonly tag: string };
  }
}
