/** The absolute form of a URL, as this realm resolves those of its requests; as it is, if it has none for that. */
export function resolveUrl(url: string): string {
  try {
    return new Request(url).url;
  } catch {
    return url;
  }
}
