/** What the events at the end of a background fetch make of its notification. */
import type { UIOptions } from '../border/engine.ts';
import type { Fetch } from './data.ts';
import { follow, type Lasting } from './events.ts';
import type { Notifier } from './notifier.ts';

/** BackgroundFetchEvent, or BackgroundFetchUpdateUIEvent. */
type EndEvent = Lasting & { registration: Fetch; updateUI?(options?: UIOptions): Promise<undefined> };

/** `over` is called when all is done for one. */
export function listenForEnds(target: EventTarget, notifier: Notifier, over: () => void): void {
  for (const type of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort']) {
    target.addEventListener(type, (event) => end(event as EndEvent, notifier, over));
  }
}

function end(event: EndEvent, notifier: Notifier, over: () => void): void {
  const { registration } = event;
  if (!notifier.mayShow(registration)) return;
  const { updateUI } = event;
  const waitUntil = event.waitUntil.bind(event);
  if (!updateUI) return waitUntil(notifier.clear(registration.id).finally(over));
  let ui: UIOptions = {};
  const handlers = follow(event, waitUntil);
  event.updateUI = (options) => {
    const updated = updateUI.call(event, options);
    // At once, though the handler may have more to do.
    handlers.add(updated.then(() => notifier.show(registration, (ui = { ...options }))));
    return updated;
  };
  // Not before: what has come is of use when the app has it.
  waitUntil(
    handlers.begun
      .then(handlers.ended)
      .then(() => notifier.show(registration, ui))
      .finally(over),
  );
}
