import 'background-fetch-polyfill/sw';
import { Serwist } from 'serwist';
import '../events.js';

new Serwist({ precacheEntries: self.__SW_MANIFEST, skipWaiting: true, clientsClaim: true }).addEventListeners();
