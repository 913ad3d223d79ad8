/**
 * What the app configures by `./extras` for the engine of the same worker. They may be two scripts that share no module, so
 * it lies under a name that all scripts of a realm have in common.
 */

import { BRAND } from './messages.ts';

/** What is known of a request that is about to be sent. */
export interface Attempt {
  /** 1, or more after attempts that brought nothing. */
  attempt: number;
  /** Bytes of the response that are stored. */
  received: number;
  /** 401 or 403, if the server has answered the last one so. */
  status: number | undefined;
  preferences: unknown;
}

export interface Configuration {
  connections?: number;
  maxTotal?: number;
  maxConcurrentFetches?: number;
  stallTimeout?: number;
  retryFor?: number;
  keepAlive?: boolean;
  prepareRequest?: (request: Request, attempt: Attempt) => unknown;
  mayRun?: (preferences: unknown) => unknown;
}

const shared = globalThis as { [name: symbol]: Configuration };
const name = (): symbol => Symbol.for(BRAND);

export const configuration = (): Configuration => shared[name()] ?? {};

/** What is given takes the place of what was given before. */
export function addToConfiguration(more: Configuration): void {
  shared[name()] = { ...configuration(), ...more };
}
