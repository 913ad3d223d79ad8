import { generateSW } from 'workbox-build';

await generateSW({
  globDirectory: '.',
  globPatterns: ['index.html', 'page.js', 'background-fetch-polyfill/window.js'],
  swDest: 'sw.js',
  // Ours before all that is generated, then the app's handlers of our events.
  importScripts: ['background-fetch-polyfill/sw.js', 'events.js'],
  inlineWorkboxRuntime: true,
  sourcemap: false,
});
