import 'background-fetch-polyfill';
import './page.js';

navigator.serviceWorker.register('/sw.js', { type: 'module' });
