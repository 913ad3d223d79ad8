// What an app writes goes on to compile beside it. Compiled only.

import type { BackgroundFetchFailureReason } from '../../../types/types.d.ts';

declare const self: ServiceWorkerGlobalScope;

const why = (registration: BackgroundFetchRegistration): BackgroundFetchFailureReason => registration.failureReason;

self.addEventListener('backgroundfetchfail', (event) => {
  console.log(why(event.registration));
  event.waitUntil(event.updateUI({ title: 'Failed' }));
});
