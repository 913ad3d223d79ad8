import './background-fetch-polyfill/window.mjs';
import './page.js';

navigator.serviceWorker.register('/sw.js', { type: 'module' });
