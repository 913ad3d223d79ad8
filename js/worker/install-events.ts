/** Puts on the global object what https://wicg.github.io/background-fetch/ exposes in service workers only. */
import { exposeInterface } from '../webidl/define.ts';
import { defineGlobalEventHandlers } from '../webidl/event-handler.ts';
import { BackgroundFetchEvent } from './BackgroundFetchEvent.ts';
import { BackgroundFetchUpdateUIEvent } from './BackgroundFetchUpdateUIEvent.ts';

/** https://wicg.github.io/background-fetch/#service-worker-global-scope-extensions */
export const EVENTS = ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort', 'backgroundfetchclick'];

/** To be called while the script is evaluated: see {@link EVENTS}. */
export function installEvents(global: EventTarget): void {
  exposeInterface(global, 'BackgroundFetchEvent', BackgroundFetchEvent);
  exposeInterface(global, 'BackgroundFetchUpdateUIEvent', BackgroundFetchUpdateUIEvent);
  defineGlobalEventHandlers(global, EVENTS);
}
