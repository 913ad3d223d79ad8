import 'background-fetch-polyfill/sw/slim';
import './events.js';
