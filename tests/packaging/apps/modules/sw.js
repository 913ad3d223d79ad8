import './background-fetch-polyfill/sw.slim.mjs';
import './events.js';
