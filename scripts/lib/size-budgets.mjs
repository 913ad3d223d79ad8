/** The most that the entries may weigh, in bytes, minified and after brotli. */
export const sizeBudgets = { page: 6000, worker: 80_000 };
