/** What of ours is in Cache Storage, as the app sees it: nothing, like what a browser stores for its own API. */
import { PREFIX } from '../border/names.ts';

/** A realm, with what a page or worker may set before it imports this library. */
interface Realm {
  CacheStorage?: typeof CacheStorage;
  backgroundFetchPolyfill?: { hideCaches?: boolean } | undefined;
}

/**
 * Leaves our caches out of `caches.keys()`: many a worker deletes, when it is activated, all caches that it does not
 * know. Our entries have URLs that nobody asks for, so `caches.match()` never finds one.
 */
export function hideCaches({ CacheStorage, backgroundFetchPolyfill }: Realm = globalThis): void {
  // Those of a test need not have an interface.
  if (!CacheStorage || backgroundFetchPolyfill?.hideCaches === false) return;
  const { prototype } = CacheStorage;
  const { keys } = prototype;
  // By assignment, which leaves it enumerable.
  Object.assign(prototype, {
    async keys(this: CacheStorage): Promise<string[]> {
      return (await keys.call(this)).filter((name) => !name.startsWith(PREFIX));
    },
  });
}
