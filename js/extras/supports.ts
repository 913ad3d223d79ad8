/** What can be done here. */
import { canWork, isBrowsersOwn } from '../platform.ts';

/** What the browser's own API has nothing of. */
const OURS = ['pause', 'history', 'retry'];

/**
 * Whether this is there for apps in this page or worker, known at once: `native` (the API is the browser's own: downloads go
 * on without a page, and the browser shows them), `pause`, `history`, `retry` (of this library only), `offline`
 * (the library `./offline` can work). What it does not know is not there.
 */
export function supports(feature: string): boolean {
  const native = isBrowsersOwn();
  if (feature === 'native') return native;
  return canWork() && (feature === 'offline' || (!native && OURS.includes(feature)));
}
