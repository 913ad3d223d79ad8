/** A worker that has nothing to do: how long its start takes for the polyfill, and for as many bytes that do nothing. */
const took = {};

function load(name, url) {
  const started = performance.now();
  importScripts(url);
  took[name] = performance.now() - started;
}

// The first one pays for what all need.
load('first', '/filler.js?first');
load('filler', '/filler.js');
load('polyfill', '/dist/sw.js');

addEventListener('install', () => skipWaiting());
addEventListener('message', ({ ports }) => ports[0].postMessage(took));
