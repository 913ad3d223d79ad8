/** Whether this worker is the registration's active one; only that one runs the engine. */
export function watchActiveWorker(global: ServiceWorkerGlobalScope): () => boolean {
  const { serviceWorker } = global as { serviceWorker?: ServiceWorker };
  if (serviceWorker) {
    return () => serviceWorker.state === 'activating' || serviceWorker.state === 'activated';
  }
  // Where the global does not know its own worker, its events tell: a worker that was installed in
  // this run is not active before it is activated, and one that was not has been for long.
  let active: boolean | undefined;
  global.addEventListener('install', () => (active = false));
  global.addEventListener('activate', () => (active = true));
  const { registration } = global;
  return () => active ?? (registration.active !== null && registration.installing === null);
}
