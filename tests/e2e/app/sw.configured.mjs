/** The worker of the app as a module, which configures it before the polyfill comes. */
import '/app/configuration.mjs';
import '/dist/sw.mjs';
import '/app/log.js';
import '/app/recorder.js';
