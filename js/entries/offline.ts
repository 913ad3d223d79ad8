/** The library: what background fetches have brought stays where it is, and is served from there. In pages and workers. */
export { library } from '../offline/changes.ts';
export { get, list, remove, size } from '../offline/items.ts';
export { keep } from '../offline/keep.ts';
export { match, respond, respondFromCache } from '../offline/respond.ts';
