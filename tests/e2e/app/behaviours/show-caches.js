// Before the polyfill.
self.backgroundFetchPolyfill = { hideCaches: false };
