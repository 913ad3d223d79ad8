import type { FailureReason, FetchState, MatchOptions, Result } from '../border/engine.ts';
import type { Connection } from '../border/messages.ts';
import { type Convert, requireArguments } from '../webidl/convert.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import { EventHandlerAttribute } from '../webidl/event-handler.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { type BackgroundFetchRecord, createRecord } from './BackgroundFetchRecord.ts';
import { toCacheQueryOptions, toRequestInfo } from './dictionaries.ts';
import { followRecord } from './live-record.ts';
import { describeRequest } from './request.ts';

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
      const context = 'BackgroundFetchRegistration.match()';
      const impl = impls.of(this);
      requireArguments(arguments.length, 1, context);
      return impl.match(toRequestInfo(request, context), toCacheQueryOptions(options, context));
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall */
  matchAll(request: unknown = undefined, options: unknown = undefined): Promise<BackgroundFetchRecord[]> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchRegistration.matchAll()';
      const impl = impls.of(this);
      return impl.matchAll(
        request === undefined ? null : toRequestInfo(request, context),
        toCacheQueryOptions(options, context),
      );
    });
  }
}

export function createRegistration(impl: BackgroundFetchRegistrationImpl): BackgroundFetchRegistration {
  const registration = createObject(BackgroundFetchRegistration, EventTarget);
  impls.set(registration, impl);
  return registration;
}

export const toRegistration: Convert<BackgroundFetchRegistration> = (value, context) => {
  if (impls.find(value)) return value as BackgroundFetchRegistration;
  throw new TypeError(`${context}: it is not of type 'BackgroundFetchRegistration'.`);
};

/** What the standard compares. */
const COMPARED = ['downloaded', 'uploaded', 'result', 'failureReason'] as const;

/** The realm's side of one background fetch. */
export class BackgroundFetchRegistrationImpl {
  readonly wrapper: BackgroundFetchRegistration;
  readonly connection: Connection;
  #state: FetchState;

  constructor(state: FetchState, connection: Connection) {
    this.connection = connection;
    this.#state = state;
    this.wrapper = createRegistration(this);
  }

  get state(): FetchState {
    return this.#state;
  }

  /** https://wicg.github.io/background-fetch/#update-background-fetch-instances */
  update(state: FetchState): void {
    const old = this.#state;
    const recordsAvailable = old.recordsAvailable && state.recordsAvailable;
    // What has a result does not change any more.
    this.#state = { ...(old.result === '' ? state : old), recordsAvailable };
    if (COMPARED.some((name) => this.#state[name] !== old[name])) {
      this.wrapper.dispatchEvent(new Event('progress'));
    }
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort */
  async abort(): Promise<boolean> {
    // What has a result has left the map of active fetches.
    if (this.#state.result !== '' || !this.#state.recordsAvailable) return false;
    return this.connection.call('abort', this.#state.uid);
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-match */
  async match(request: Request | string, options: MatchOptions): Promise<BackgroundFetchRecord | undefined> {
    return (await this.matchAll(request, options))[0];
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall */
  async matchAll(request: Request | string | null, options: MatchOptions): Promise<BackgroundFetchRecord[]> {
    if (!this.#state.recordsAvailable) {
      throw invalidState('The records are gone.');
    }
    const query =
      request === null ? null : describeRequest(typeof request === 'string' ? new Request(request) : request);
    const records = await this.connection.call('match', this.#state.uid, query, options);
    return records.map((record) => createRecord(this.connection.scope, record.request, followRecord(record)));
  }
}
