/** The switch of those who look for a mistake: warnings in the console, and notes of what the worker does. */
import { configuration } from '../border/configuration.ts';
import { isServiceWorker } from '../platform.ts';
import { watchHandlers, watchWorker } from './mistakes.ts';
import { Watcher } from './watcher.ts';

let isOn = false;

/**
 * Warns of the usual mistakes from now on, each once. In a service worker, to be called while its script is evaluated: has
 * its engine watched, too. `target` is where the events of background fetches are dispatched: what `serve()` of the ponyfill
 * has returned, or the global object.
 */
export function debug(target: EventTarget = globalThis as unknown as EventTarget): void {
  if (isOn) return;
  isOn = true;
  if (isServiceWorker) {
    const watcher = new Watcher();
    Object.assign(configuration(), { 8: watcher.watch.bind(watcher), 9: () => watcher.notes });
    watchHandlers(target);
    return;
  }
  // Servers and plain workers have none.
  const { serviceWorker } = (globalThis as { navigator?: Partial<Navigator> }).navigator ?? {};
  if (serviceWorker) void watchWorker(serviceWorker);
}
