/* A classic script, run before the polyfill: whether this browser has Background Fetch of its own. */
document.documentElement.dataset.native = String('BackgroundFetchManager' in self);
