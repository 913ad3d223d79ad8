/** What the workers of all these apps do, and what the tests want of them: errors in the log. */
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('error', ({ message }) => log.add({ kind: 'error', message }));
addEventListener('unhandledrejection', ({ reason }) => log.add({ kind: 'error', message: `unhandled: ${reason}` }));
