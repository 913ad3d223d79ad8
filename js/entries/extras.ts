/** Beyond the standard, and kept off its objects: functions over them, for pages and workers, ours or the browser's own. */

export { canStore } from '../extras/can-store.ts';
export { configure, setPreferences } from '../extras/configure.ts';
export { type Ended, forget, history } from '../extras/history.ts';
export { type ObservedFetch, type Observer, observe } from '../extras/observe.ts';
export { pause, resume } from '../extras/pause.ts';
export { purge } from '../extras/purge.ts';
export { retry } from '../extras/retry.ts';
export { type FetchStatus, finished, status } from '../extras/status.ts';
export { supports } from '../extras/supports.ts';
export { debug, diagnose, type Inspection, inspect, type Problem } from './inspect.ts';
