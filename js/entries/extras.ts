/** Beyond the standard, and kept off its objects: functions over them, for pages and workers, ours or the browser's own. */
export { configure, setPreferences } from '../extras/configure.ts';
export { canStore, diagnose, type Problem } from '../extras/diagnose.ts';
export { type Ended, forget, history } from '../extras/history.ts';
export { type ObservedFetch, type Observer, observe } from '../extras/observe.ts';
export { pause, resume } from '../extras/pause.ts';
export { purge } from '../extras/purge.ts';
export { retry } from '../extras/retry.ts';
export { type FetchStatus, finished, status } from '../extras/status.ts';
export { supports } from '../extras/supports.ts';
