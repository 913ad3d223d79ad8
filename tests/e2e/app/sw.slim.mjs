/** The worker of the app as a module, with the WebAssembly fetched by its URL. */
import '/dist/sw.slim.mjs';
import '/app/log.js';
import '/app/recorder.js';
