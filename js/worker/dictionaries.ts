/** The dictionaries of the standard's IDL that only service workers take. */
import { uiOptions } from '../api/dictionaries.ts';
import type { UIOptions } from '../border/engine.ts';
import { type Convert, required, toBoolean, toDictionary } from '../webidl/convert.ts';

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchuioptions */
export const toUIOptions = toDictionary<UIOptions>('BackgroundFetchUIOptions', uiOptions);

/** `ExtendableEventInit` with the member that `BackgroundFetchEventInit` adds. */
export interface BackgroundFetchEventInit<Registration> extends EventInit {
  registration: Registration;
}

export const toBackgroundFetchEventInit = <Registration>(convert: Convert<Registration>) =>
  toDictionary<BackgroundFetchEventInit<Registration>>('BackgroundFetchEventInit', {
    bubbles: toBoolean,
    cancelable: toBoolean,
    composed: toBoolean,
    registration: required(convert),
  });
