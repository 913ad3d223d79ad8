import type { BackgroundFetchManagerImpl } from '../impl/BackgroundFetchManagerImpl.ts';
import { requireArguments, toDOMString } from '../webidl/convert.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import { toBackgroundFetchOptions, toRequestList } from '../webidl/dictionaries.ts';
import type { BackgroundFetchRegistration } from './BackgroundFetchRegistration.ts';

const impls = new Slot<BackgroundFetchManagerImpl>();

/** https://wicg.github.io/background-fetch/#background-fetch-manager */
export class BackgroundFetchManager {
  constructor() {
    throw illegalConstructor();
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch */
  fetch(
    id: unknown,
    requests: unknown,
    options: unknown = undefined,
  ): Promise<BackgroundFetchRegistration> {
    return promiseFrom(() => {
      const context = "Failed to execute 'fetch' on 'BackgroundFetchManager'";
      const impl = impls.of(this);
      requireArguments(arguments.length, 2, context);
      return impl.fetch(
        toDOMString(id, context),
        toRequestList(requests, context),
        toBackgroundFetchOptions(options, context),
      );
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-get */
  get(id: unknown): Promise<BackgroundFetchRegistration | undefined> {
    return promiseFrom(() => {
      const context = "Failed to execute 'get' on 'BackgroundFetchManager'";
      const impl = impls.of(this);
      requireArguments(arguments.length, 1, context);
      return impl.get(toDOMString(id, context));
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids */
  getIds(): Promise<string[]> {
    return promiseFrom(() => impls.of(this).getIds());
  }
}

export function createManager(impl: BackgroundFetchManagerImpl): BackgroundFetchManager {
  const manager = createObject(BackgroundFetchManager);
  impls.set(manager, impl);
  return manager;
}
