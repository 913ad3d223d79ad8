import 'background-fetch-polyfill/sw';
import '../events.js';
import { build, files } from '$service-worker';

addEventListener('install', (event) => {
  event.waitUntil(caches.open('app').then((cache) => cache.addAll([...build, ...files])));
});
