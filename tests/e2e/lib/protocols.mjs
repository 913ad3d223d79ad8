/** HTTP/1.1, and HTTP/2 over TLS: as the origin calls them. */
export const PROTOCOLS = /** @type {const} */ (['h1', 'h2']);

/** What a response says is the same over either protocol; only how it breaks is not. */
export const OF_WHAT_IS_SAID = { protocols: [PROTOCOLS[0]] };

/** Of a scenario in which bodies come, stop or break while it looks, in a group of which most do not. */
export const OVER_BOTH = { protocols: [...PROTOCOLS] };
