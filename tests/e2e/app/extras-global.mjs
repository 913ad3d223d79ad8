/** What classic workers import. */
import * as extras from '/dist/extras.mjs';

globalThis.extras = extras;
