/** The service worker. */
importScripts('/dist/sw.js', '/checks.js');

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', (event) => event.waitUntil(idl.serve(event, registration)));
