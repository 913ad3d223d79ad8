/** Of `./extras`, what looks into things: a file beside it, which those who bundle have only if they use it. */
export { diagnose, type Problem } from '../extras/diagnose.ts';
export { debug } from '../inspect/debug.ts';
export { type Inspection, inspect } from '../inspect/inspect.ts';
