/** Its work fails. */
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(Promise.reject(new Error('the work failed'))));
