/** Objects of the standard's that nobody can ask for any more. */
import { invalidState } from '../webidl/exceptions.ts';
import type { Attributes } from './data.ts';

/** What is of the standard here: nothing with the ponyfill. */
type Interface = new (...args: unknown[]) => Event;
const standards = globalThis as unknown as Partial<Record<string, Interface>>;

/** A BackgroundFetchRegistration of what is over: its records are gone, and nothing changes any more. */
export function pastRegistration(attributes: Attributes): EventTarget {
  const registration = Reflect.construct(EventTarget, [], standards.BackgroundFetchRegistration ?? EventTarget);
  const gone = async (): Promise<never> => {
    throw invalidState('The records are gone.');
  };
  define(registration, {
    ...attributes,
    recordsAvailable: false,
    onprogress: null,
    abort: async () => false,
    match: gone,
    matchAll: gone,
  });
  return registration;
}

/** The event `backgroundfetchclick`, whose default may be prevented, as it has one here. */
export function clickEvent(registration: EventTarget): Event {
  const { BackgroundFetchEvent } = standards;
  const cancelable = true;
  try {
    return Reflect.construct(BackgroundFetchEvent as Interface, [CLICK, { registration, cancelable }]);
  } catch {
    // One of the past is none to the interface.
    const event = Reflect.construct(ExtendableEvent, [CLICK, { cancelable }], BackgroundFetchEvent ?? ExtendableEvent);
    define(event, { registration });
    return event;
  }
}

/** Members of an object's own, in the place of those of its interface. */
function define(object: object, members: object): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(object, name, { value, writable: true, configurable: true });
  }
}

const CLICK = 'backgroundfetchclick';
