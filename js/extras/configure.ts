/** What a service worker says at its start about how its background fetches are to be done. */
import { type Attempt, configuration } from '../border/configuration.ts';
import { isServiceWorker } from '../platform.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { ask } from './ask.ts';
import { asking, sending } from './hooks.ts';
import { refuseNative } from './manager.ts';

/** What apps give. */
export interface Options {
  connections?: number;
  maxConcurrentFetches?: number;
  maxTotal?: number;
  stallTimeout?: number;
  retryFor?: number;
  keepAlive?: boolean;
  mayRun?: (preferences: unknown) => unknown;
  prepareRequest?: (request: Request, attempt: Attempt) => unknown;
}

/** In the order of what is configured: numbers, a boolean, and functions. */
const NAMES = [
  'connections',
  'maxConcurrentFetches',
  'maxTotal',
  'stallTimeout',
  'retryFor',
  'keepAlive',
  'mayRun',
  'prepareRequest',
] satisfies (keyof Options)[];

/** The end of the evaluation of all scripts that have begun with this one. */
const evaluation = /* @__PURE__ */ watchEvaluation();

function watchEvaluation(): { over: boolean } {
  const state = { over: false };
  queueMicrotask(() => (state.over = true));
  return state;
}

/** Throws for what is no option or value of one, and where it is too late, or not in a service worker. */
export function configure(options: Options): void {
  if (!isServiceWorker || evaluation.over) {
    throw invalidState('Call configure() at the top of the service worker: elsewhere it is too late.');
  }
  const given: unknown[] = [];
  for (const [name, value] of Object.entries(options) as [string, never][]) {
    const place = (NAMES as string[]).indexOf(name);
    if (place < 0) throw new TypeError(`configure() has no '${name}', but ${NAMES.join(', ')}.`);
    if (value === undefined) continue;
    const type = place < 5 ? 'whole number above 0' : place > 5 ? 'function' : 'boolean';
    const fits = place < 5 ? Number.isSafeInteger(value) && value > 0 : typeof value === type;
    if (!fits) throw new TypeError(`configure(): '${name}' must be a ${type}.`);
    given[place] = place === 6 ? asking(value) : place > 6 ? sending(value) : value;
  }
  // All of it, or nothing.
  Object.assign(configuration(), given);
}

/**
 * Stores what `mayRun` and `prepareRequest` are given from now on; resolves when that is durable, and the worker has looked
 * whether anything may be asked for. Rejects with a NotSupportedError where the browser's own API is used.
 */
export async function setPreferences(registration: ServiceWorkerRegistration, preferences: unknown): Promise<void> {
  refuseNative(registration, 'know no preferences');
  await ask(registration, 'setPreferences', preferences);
}
