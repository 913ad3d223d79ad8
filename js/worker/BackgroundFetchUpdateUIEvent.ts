import type { UIOptions } from '../border/engine.ts';
import { requireArguments } from '../webidl/convert.ts';
import { promiseFrom, Slot } from '../webidl/define.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { BackgroundFetchEvent } from './BackgroundFetchEvent.ts';
import { toUIOptions } from './dictionaries.ts';

/** What an event that the engine fired does. */
interface Trusted {
  updateUI(options: UIOptions): Promise<undefined>;
}

/** What is known of an event; `null` when a script made it: then it is not trusted. */
const impls = new Slot<{ trusted: Trusted | null }>();

/** https://wicg.github.io/background-fetch/#background-fetch-update-ui-event */
export class BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  constructor(type: unknown, init: unknown) {
    requireArguments(arguments.length, 2, 'new BackgroundFetchUpdateUIEvent()');
    super(type, init);
    impls.set(this, { trusted: null });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui */
  updateUI(options: unknown = undefined): Promise<undefined> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchUpdateUIEvent.updateUI()';
      const { trusted } = impls.of(this);
      const converted = toUIOptions(options, context);
      if (!trusted) throw invalidState(`${context}: The event is not trusted.`);
      return trusted.updateUI(converted);
    });
  }
}

/** Marks an event as one that the engine fired. */
export function trustEvent(event: BackgroundFetchUpdateUIEvent, impl: Trusted): void {
  impls.set(event, { trusted: impl });
}
