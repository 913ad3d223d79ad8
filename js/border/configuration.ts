/**
 * What the app configures by `./extras` for the engine of the same worker. They may be two scripts that share no module, so
 * it lies under a name that all scripts of a realm have in common.
 */

import type { Host, SentInit } from './engine.ts';
import { BRAND } from './messages.ts';
import type { Notes } from './notes.ts';

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

/** In the order in which the engine takes the first of them. */
export type Configuration = [
  connections?: number,
  maxConcurrentFetches?: number,
  maxTotal?: number,
  stallTimeout?: number,
  retryFor?: number,
  keepAlive?: boolean,
  /** By `mayRun`: never rejects, and settles soon. */
  asks?: (preferences: unknown) => Promise<boolean>,
  /** By `prepareRequest`: see `Host.send` in `engine.ts`. */
  sends?: (url: string, init: SentInit, attempt: Attempt) => Promise<Response>,
  /** By `debug`: what an engine that begins is given in the place of its host, and does all that this does. */
  watches?: (host: Host) => Host,
  /** By `debug`: what has been noted so. */
  notes?: () => Notes,
];

/** What has been configured; to be read when the worker's script has been evaluated. */
export function configuration(): Configuration {
  const shared = globalThis as { [name: symbol]: Configuration };
  return (shared[Symbol.for(BRAND)] ??= []);
}
