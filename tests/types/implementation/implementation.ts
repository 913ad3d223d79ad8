// What is implemented is what the published types say. Compiled only.

import type { BackgroundFetchManager as Manager } from '../../../js/api/BackgroundFetchManager.ts';
import type { BackgroundFetchRecord as Record } from '../../../js/api/BackgroundFetchRecord.ts';
import type { BackgroundFetchRegistration as Registration } from '../../../js/api/BackgroundFetchRegistration.ts';
import type { Inspection as Inspected } from '../../../js/inspect/inspect.ts';
import type { BackgroundFetchEvent as Event } from '../../../js/worker/BackgroundFetchEvent.ts';
import type { BackgroundFetchUpdateUIEvent as UIEvent } from '../../../js/worker/BackgroundFetchUpdateUIEvent.ts';
import type { Inspection } from '../../../types/extras.js';

type Without<T, K extends string> = Omit<T, K | keyof EventTarget>;

/** Its parameters are `unknown`, for it converts them; what it gives must fit. */
export function published(
  manager: Manager,
  registration: Without<Registration, 'onprogress'>,
  record: Record,
  event: Pick<Event, 'registration'>,
  uiEvent: Pick<UIEvent, 'updateUI'>,
): [
  Pick<BackgroundFetchManager, 'getIds'>,
  Without<BackgroundFetchRegistration, 'onprogress' | 'match' | 'matchAll'>,
  BackgroundFetchRecord,
  { registration: Pick<BackgroundFetchRegistration, 'id' | 'abort'> },
  Pick<BackgroundFetchUpdateUIEvent, 'updateUI'>,
] {
  return [manager, registration, record, event, uiEvent];
}

export const inspection = (inspected: Inspected): Inspection => inspected;
