/** Bytes that the origin may still store, as far as the browser says. */
export async function storageLeft(): Promise<number> {
  try {
    const { quota = BEYOND_ALL, usage = 0 } = await navigator.storage.estimate();
    return Math.max(0, quota - usage);
  } catch {
    // WebKitGTK, Safari before 17, and insecure contexts.
    return BEYOND_ALL;
  }
}

/** A pebibyte: more than any browser has to give, for those that do not say what they have. */
export const BEYOND_ALL = 2 ** 50;
