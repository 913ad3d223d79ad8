/// <reference path="./index.d.ts" />
/// <reference path="./alias-names.d.ts" />

// Names that guides use, and the standard has not: nothing to import by name. In pages and service workers, over the API of
// this library and over the browser's own. They are there when this is imported after `background-fetch-polyfill` or
// `background-fetch-polyfill/sw`, or where the API is the browser's own; imported before it, when the scripts that begin
// together have been evaluated.
export {};
