import 'background-fetch-polyfill/sw';
import './events.js';
