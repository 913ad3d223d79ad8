/** Against this realm's base URL; what does not parse stays as it is. */
export function resolveUrl(url: string): string {
  const base = (globalThis as { document?: Document }).document?.baseURI ?? location.href;
  try {
    return new URL(url, base).href;
  } catch {
    return url;
  }
}
