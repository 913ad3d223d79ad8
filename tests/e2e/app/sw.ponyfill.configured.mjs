/** The worker of the app, with the ponyfill, which it configures after that has come. */
import '/app/serve.mjs';
import '/app/configuration.mjs';
import '/app/log.js';
import '/app/recorder.js';
