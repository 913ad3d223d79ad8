/** Under which names our data are in the origin; the Rust half spells them, too. */

/** What all of them begin with. */
export const PREFIX = 'background-fetch-polyfill:';

/** The Cache Storage cache that holds the bodies of a registration's fetches. */
export const cacheName = (scope: string): string => PREFIX + scope;

export {
  /** The IndexedDB database of a registration; schema in `src/meta_store/schema.rs`. */
  cacheName as databaseName,
  /** The Web Lock that a worker holds while it runs the engine. */
  cacheName as lockName,
};

/** Where an entry is in that cache; `src/body_store.rs` has the same. */
export const entryUrl = (key: string): string => `https://background-fetch.invalid/${encodeURIComponent(key)}`;

/** The cache in which the slim build keeps its wasm file. */
export const wasmCacheName = (scope: string): string => cacheName(`${scope}#wasm`);

/** Where the file with this hash is in that cache. */
export const keptFile = (hash: string): string => `https://background-fetch.invalid/${hash}.wasm`;

/** The object store with a row for each unfinished fetch. */
export const FETCHES = 'fetches';

/** That with a row for each of their requests. */
export const RECORDS = 'records';

/** That with the requests' bodies. */
export const BODIES = 'bodies';

/** That with a row for each entry of the cache. */
export const SEGMENTS = 'segments';

/**
 * That with single values: the number of the engine that owns the store, as 'epoch', how fetches have ended,
 * {@link PREFERENCES} and {@link WRITING}.
 */
export const META = 'meta';

/** The key there of what the app's hooks are given, as `{ preferences }`. */
export const PREFERENCES = 'preferences';

/** The key there of what WebKit's worker has last written into the cache, as `{ written }`. */
export const WRITING = 'writing';

/** That with a row for each item of the library. */
export const KEPT = 'kept';
