import { type BackgroundFetchRegistration, toRegistration } from '../api/BackgroundFetchRegistration.ts';
import { requireArguments, toDOMString } from '../webidl/convert.ts';
import { Slot } from '../webidl/define.ts';
import { toBackgroundFetchEventInit } from './dictionaries.ts';

const registrations = new Slot<BackgroundFetchRegistration>();
const toInit = toBackgroundFetchEventInit(toRegistration);

/** The fallback is never used: outside a service worker the interface is not exposed. */
const Parent: typeof ExtendableEvent = globalThis.ExtendableEvent ?? Event;

/** https://wicg.github.io/background-fetch/#background-fetch-event */
export class BackgroundFetchEvent extends Parent {
  constructor(type: unknown, init: unknown) {
    const context = 'new BackgroundFetchEvent()';
    requireArguments(arguments.length, 2, context);
    const name = toDOMString(type, context);
    const converted = toInit(init, context);
    super(name, converted);
    registrations.set(this, converted.registration);
  }

  get registration(): BackgroundFetchRegistration {
    return registrations.of(this);
  }
}
