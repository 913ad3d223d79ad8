/** The worker of the app's version before, which has no background fetches. It answers nobody. */
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
