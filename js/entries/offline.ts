/** The library: what background fetches have brought stays where it is, and is served from there. In pages and workers. */
import { hideCaches } from '../api/caches.ts';

export { library } from '../offline/changes.ts';
export { get, list, remove, size } from '../offline/items.ts';
export { keep } from '../offline/keep.ts';
export { match, respond, respondFromCache } from '../offline/respond.ts';

// Where the browser has the API, or with the ponyfill, nobody else does, and nobody fetches again what is thrown away.
hideCaches();
