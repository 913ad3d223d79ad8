import type { BackgroundFetchRegistrationImpl } from '../impl/BackgroundFetchRegistrationImpl.ts';
import type { FailureReason, Result } from '../engine/types.ts';
import { type Convert, requireArguments } from '../webidl/convert.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import { toCacheQueryOptions, toRequestInfo } from '../webidl/dictionaries.ts';
import { EventHandlerAttribute } from '../webidl/event-handler.ts';
import type { BackgroundFetchRecord } from './BackgroundFetchRecord.ts';

const impls = new Slot<BackgroundFetchRegistrationImpl>();
const onprogress = new EventHandlerAttribute('progress');

/** https://wicg.github.io/background-fetch/#background-fetch-registration */
export class BackgroundFetchRegistration extends EventTarget {
  constructor() {
    super();
    throw illegalConstructor();
  }

  get id(): string {
    return impls.of(this).state.id;
  }

  get uploadTotal(): number {
    return impls.of(this).state.uploadTotal;
  }

  get uploaded(): number {
    return impls.of(this).state.uploaded;
  }

  get downloadTotal(): number {
    return impls.of(this).state.downloadTotal;
  }

  get downloaded(): number {
    return impls.of(this).state.downloaded;
  }

  get result(): Result {
    return impls.of(this).state.result;
  }

  get failureReason(): FailureReason {
    return impls.of(this).state.failureReason;
  }

  get recordsAvailable(): boolean {
    return impls.of(this).state.recordsAvailable;
  }

  get onprogress(): unknown {
    impls.of(this);
    return onprogress.get(this);
  }

  set onprogress(value: unknown) {
    impls.of(this);
    onprogress.set(this, value);
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort */
  abort(): Promise<boolean> {
    return promiseFrom(() => impls.of(this).abort());
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-match */
  match(request: unknown, options: unknown = undefined): Promise<BackgroundFetchRecord | undefined> {
    return promiseFrom(() => {
      const context = "Failed to execute 'match' on 'BackgroundFetchRegistration'";
      const impl = impls.of(this);
      requireArguments(arguments.length, 1, context);
      return impl.match(toRequestInfo(request, context), toCacheQueryOptions(options, context));
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall */
  matchAll(
    request: unknown = undefined,
    options: unknown = undefined,
  ): Promise<BackgroundFetchRecord[]> {
    return promiseFrom(() => {
      const context = "Failed to execute 'matchAll' on 'BackgroundFetchRegistration'";
      const impl = impls.of(this);
      return impl.matchAll(
        request === undefined ? null : toRequestInfo(request, context),
        toCacheQueryOptions(options, context),
      );
    });
  }
}

export function createRegistration(
  impl: BackgroundFetchRegistrationImpl,
): BackgroundFetchRegistration {
  const registration = createObject(BackgroundFetchRegistration, EventTarget);
  impls.set(registration, impl);
  return registration;
}

export const toRegistration: Convert<BackgroundFetchRegistration> = (value, context) => {
  if (impls.find(value)) return value as BackgroundFetchRegistration;
  throw new TypeError(`${context}: it is not of type 'BackgroundFetchRegistration'.`);
};
