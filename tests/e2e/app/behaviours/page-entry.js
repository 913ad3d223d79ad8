// A slip: the entry of pages, in a worker.
importScripts('/dist/window.js');
