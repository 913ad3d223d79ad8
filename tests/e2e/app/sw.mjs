/** The worker of the app as a module. */
import '/dist/sw.mjs';
import '/app/log.js';
import '/app/recorder.js';
