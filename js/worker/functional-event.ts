/**
 * The service worker's functional events: https://wicg.github.io/background-fetch/#fire-a-background-fetch-event.
 */

import type { BackgroundFetchRegistration } from '../api/BackgroundFetchRegistration.ts';
import type { EventType, UIOptions } from '../border/engine.ts';
import { requireArguments } from '../webidl/convert.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { BackgroundFetchEvent } from './BackgroundFetchEvent.ts';
import { BackgroundFetchUpdateUIEvent, trustEvent } from './BackgroundFetchUpdateUIEvent.ts';
import { ExtendedLifetime } from './extended-lifetime.ts';

type UpdateUI = (uid: string, options: UIOptions) => Promise<void>;

/** An event that the engine fires: trusted in all but `isTrusted`, which no script can set. */
export class FunctionalEvent {
  readonly #lifetime = new ExtendedLifetime();
  readonly #uid: string;
  readonly #updateUI: UpdateUI;
  #updateUICalled = false;

  constructor(uid: string, updateUI: UpdateUI) {
    this.#uid = uid;
    this.#updateUI = updateUI;
  }

  /** Resolves when the event is no longer active. */
  async dispatch(target: EventTarget, type: EventType, registration: BackgroundFetchRegistration): Promise<void> {
    const aborted = type === 'backgroundfetchabort';
    const Event = aborted ? BackgroundFetchEvent : BackgroundFetchUpdateUIEvent;
    const event = new Event(type, { registration });
    if (event instanceof BackgroundFetchUpdateUIEvent) trustEvent(event, this);
    replaceWaitUntil(event, this.#lifetime);
    const ended = this.#lifetime.ended();
    target.dispatchEvent(event);
    await ended;
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui */
  async updateUI(options: UIOptions): Promise<undefined> {
    if (this.#updateUICalled) throw invalidState('updateUI() may only be called once.');
    if (!this.#lifetime.active) throw invalidState('The event is no longer active.');
    this.#updateUICalled = true;
    await this.#updateUI(this.#uid, options);
  }
}

/** The native method would refuse, because a script made the event. */
function replaceWaitUntil(event: BackgroundFetchEvent, lifetime: ExtendedLifetime): void {
  const { waitUntil } = {
    waitUntil(promise: unknown): void {
      const context = 'ExtendableEvent.waitUntil()';
      if ((this as unknown) !== event) throw new TypeError(`${context}: Illegal invocation`);
      requireArguments(arguments.length, 1, context);
      lifetime.waitUntil(promise);
    },
  };
  Object.defineProperty(event, 'waitUntil', { value: waitUntil, writable: true, configurable: true });
}
