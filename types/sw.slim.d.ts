/// <reference path="./index.d.ts" />
/// <reference path="./service-worker.d.ts" />

// Installs the API in a service worker, if it is missing there: nothing to import by name.
export {};
