/*
 * The app's worker: keeps what was downloaded, plays it from there, and opens the app without a network. The first import is
 * all that the polyfill needs.
 */
import '/dist/sw.mjs';
import { debug, supports } from '/dist/extras.mjs';
import { keep, respond } from '/dist/offline.mjs';
import './worker/passes.js';
import { answerFromShell, isOfShell, takeOver, unpack } from './worker/shell.js';
import { log, tell } from './worker/tell.js';

// Takes notes for the inspector; an app that is published leaves it out.
debug();
log(`worker starts, Background Fetch: ${supports('native') ? 'native' : 'polyfill'}`);

addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(unpack());
});

addEventListener('activate', (event) => {
  log('activate');
  event.waitUntil(takeOver());
});

/* Downloads. */

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(takeIn(event));
});

async function takeIn(event) {
  const { registration } = event;
  log(`backgroundfetchsuccess: ${registration.id}`);
  // What was sent is the server's; there is nothing to keep.
  if (registration.uploadTotal > 0) return tell({ type: 'sent' });
  const started = Date.now();
  const { title, size } = await keep(registration);
  log(`${registration.id}: ${size} bytes kept in ${Date.now() - started} ms`);
  await event.updateUI({ title: `${title || registration.id} is in your library` });
}

addEventListener('backgroundfetchfail', ({ registration }) =>
  log(`backgroundfetchfail: ${registration.id}, ${registration.failureReason}`),
);

addEventListener('backgroundfetchabort', ({ registration }) => log(`backgroundfetchabort: ${registration.id}`));

addEventListener('backgroundfetchclick', (event) => {
  log(`backgroundfetchclick: ${event.registration.id}`);
  event.waitUntil(showApp());
});

async function showApp() {
  const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return page ? page.focus() : self.clients.openWindow('/');
}

/* Requests of the app's pages. */

addEventListener('fetch', (event) => {
  const { request } = event;
  if (isOfShell(request)) event.respondWith(answerFromShell(request));
  else if (new URL(request.url).origin !== self.location.origin) event.respondWith(answerFromLibrary(request));
});

/** With ranges, so that a player can seek. What is not kept is the network's. */
async function answerFromLibrary(request) {
  return (await respond(request)) ?? fetch(request);
}
