/** What a service worker says at its start about how its background fetches are to be done. */
import { type Attempt, configuration } from '../border/configuration.ts';
import { isNative, isServiceWorker } from '../platform.ts';
import { invalidState, notSupported } from '../webidl/exceptions.ts';
import { ask } from './ask.ts';
import { asking, sending } from './hooks.ts';

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

/** Of what type each is, in the order of what is configured. */
const TYPES: Record<keyof Options, string> = {
  connections: 'number',
  maxConcurrentFetches: 'number',
  maxTotal: 'number',
  stallTimeout: 'number',
  retryFor: 'number',
  keepAlive: 'boolean',
  mayRun: 'function',
  prepareRequest: 'function',
};

/** The end of the evaluation of all scripts that have begun with this one. */
const evaluation = /* @__PURE__ */ watchEvaluation();

function watchEvaluation(): { over: boolean } {
  const state = { over: false };
  queueMicrotask(() => (state.over = true));
  return state;
}

/** Throws for what is no option or value of one, and where it is too late, or not in a service worker. */
export function configure(options: Options): void {
  if (!isServiceWorker) throw invalidState('configure() is for the script of the service worker, not for pages.');
  if (evaluation.over) {
    throw invalidState('configure() is too late: call it at the top of the service worker, not in an event or later.');
  }
  const names = Object.keys(TYPES) as (keyof Options)[];
  const given: unknown[] = [];
  for (const [name, value] of Object.entries(options)) {
    const place = names.indexOf(name as keyof Options);
    const type = Object.values(TYPES)[place];
    if (!type) throw new TypeError(`configure() has no '${name}', but ${names.join(', ')}.`);
    if (value === undefined) continue;
    if (typeof value !== type) throw new TypeError(`configure(): '${name}' must be a ${type}.`);
    if (type === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`configure(): '${name}' must be a whole number above 0.`);
    }
    given[place] = value;
  }
  const { mayRun, prepareRequest } = options;
  if (mayRun) given[6] = asking(mayRun);
  if (prepareRequest) given[7] = sending(prepareRequest);
  // All of it, or nothing.
  Object.assign(configuration(), given);
}

/**
 * Stores what `mayRun` and `prepareRequest` are given from now on; resolves when that is durable, and the worker has looked
 * whether anything may be asked for. Rejects with a NotSupportedError where the browser's own API is used.
 */
export async function setPreferences(registration: ServiceWorkerRegistration, preferences: unknown): Promise<void> {
  const { backgroundFetch } = registration as { backgroundFetch?: object };
  if (backgroundFetch && isNative(backgroundFetch.constructor)) {
    throw notSupported("The browser's own background fetches know no preferences.");
  }
  await ask(registration, 'setPreferences', preferences);
}
