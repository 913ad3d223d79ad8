/// <reference path="./index.d.ts" />

// Installs the API in a window or a plain worker, if it is missing there: nothing to import by name.
export {};
