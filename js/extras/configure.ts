/** What a service worker says at its start about how its background fetches are to be done. */
import { addToConfiguration, type Configuration } from '../border/configuration.ts';
import { isNative, isServiceWorker } from '../platform.ts';
import { invalidState, notSupported } from '../webidl/exceptions.ts';
import { ask } from './ask.ts';

/** Of what type each option is. */
const TYPES: Record<keyof Configuration, string> = {
  connections: 'number',
  maxTotal: 'number',
  maxConcurrentFetches: 'number',
  stallTimeout: 'number',
  retryFor: 'number',
  keepAlive: 'boolean',
  prepareRequest: 'function',
  mayRun: 'function',
};

/** The end of the evaluation of all scripts that have begun with this one. */
const evaluation = /* @__PURE__ */ watchEvaluation();

function watchEvaluation(): { over: boolean } {
  const state = { over: false };
  queueMicrotask(() => (state.over = true));
  return state;
}

/** Throws for what is no option or value of one, and where it is too late, or not in a service worker. */
export function configure(options: Configuration): void {
  if (!isServiceWorker) throw invalidState('configure() is for the script of the service worker, not for pages.');
  if (evaluation.over) {
    throw invalidState('configure() is too late: call it at the top of the service worker, not in an event or later.');
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(TYPES, name)) {
      throw new TypeError(`configure() has no '${name}', but ${Object.keys(TYPES).join(', ')}.`);
    }
    const type = TYPES[name as keyof Configuration];
    if (value === undefined) continue;
    if (typeof value !== type) throw new TypeError(`configure(): '${name}' must be a ${type}.`);
    if (type === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`configure(): '${name}' must be a whole number above 0.`);
    }
  }
  addToConfiguration(options);
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
