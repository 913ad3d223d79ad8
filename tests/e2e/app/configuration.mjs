/** The configuration of a module worker: `behaviours/configures.js` finds the extras where classic workers import them. */
import '/app/extras-global.mjs';
import '/app/behaviours/configures.js';
