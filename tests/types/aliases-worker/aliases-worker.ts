// What an app's service worker may write that imports `./aliases`. Compiled only.

export {};

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('backgroundfetchfail', ({ registration }) => {
  const again: Promise<BackgroundFetchRegistration> = registration.start();
  const aborted: Promise<boolean> = self.navigator.backgroundFetch.abort('id');
  console.log(again, aborted, new BackgroundFetchConfig().downloadTotal);
});
