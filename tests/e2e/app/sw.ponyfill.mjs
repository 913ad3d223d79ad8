/** The worker of the app, with the ponyfill. */
import '/app/serve.mjs';
import '/app/log.js';
import '/app/recorder.js';
