/** The one function of `./notifications`. */
import { isServiceWorker } from '../platform.ts';
import { listenForClicks } from './click.ts';
import { listenForEnds } from './ended.ts';
import { type Global, Notifier } from './notifier.ts';
import type { Options } from './options.ts';
import { Progress } from './progress.ts';

let notifier: Notifier | undefined;

/**
 * Has this service worker show its background fetches as notifications, where the user has allowed them. To be called while
 * the script is evaluated; called again, only its options count. Anywhere else it does nothing.
 */
export function notify(options: Options = {}): void {
  if (!isServiceWorker) return;
  if (notifier) notifier.options = options;
  else notifier = begin(globalThis as unknown as Global, options);
}

/** The same for any global object. */
export function begin(global: Global, options: Options): Notifier {
  const own = new Notifier(global, options);
  const target = options.target ?? global;
  const progress = new Progress(own);
  listenForEnds(target, own, () => progress.look());
  listenForClicks(target, own);
  progress.listen();
  return own;
}
