importScripts('background-fetch-polyfill/sw.js', 'events.js', 'ngsw-worker.js');
