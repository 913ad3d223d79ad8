/**
 * Asks that this origin's storage be kept when space runs short, where the browser decides that by itself:
 * https://storage.spec.whatwg.org/#dom-storagemanager-persist. Firefox would ask the user.
 */
export function persist(): void {
  if ('mozInnerScreenX' in globalThis) return;
  // Missing in workers, and in WebKit before 17.
  void (navigator.storage as Partial<StorageManager> | undefined)?.persist?.().catch(() => undefined);
}
