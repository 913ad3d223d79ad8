import type { Connection } from '../border/connection.ts';
import type { FailureReason, FetchState, MatchOptions, Result } from '../border/engine.ts';
import { type Convert, requireArguments } from '../webidl/convert.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import { EventHandlerAttribute } from '../webidl/event-handler.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { type BackgroundFetchRecord, createRecord } from './BackgroundFetchRecord.ts';
import { toCacheQueryOptions, toRequestInfo } from './dictionaries.ts';
import { followRecord } from './live-record.ts';
import { describeRequest } from './request.ts';

/** The realm's side of one background fetch. */
export interface Instance {
  readonly wrapper: BackgroundFetchRegistration;
  readonly connection: Connection;
  state: FetchState;
}

const instances = new Slot<Instance>();
const onprogress = new EventHandlerAttribute('progress');

/** https://wicg.github.io/background-fetch/#background-fetch-registration */
export class BackgroundFetchRegistration extends EventTarget {
  constructor() {
    super();
    throw illegalConstructor();
  }

  get id(): string {
    return instances.of(this).state.id;
  }

  get uploadTotal(): number {
    return instances.of(this).state.uploadTotal;
  }

  get uploaded(): number {
    return instances.of(this).state.uploaded;
  }

  get downloadTotal(): number {
    return instances.of(this).state.downloadTotal;
  }

  get downloaded(): number {
    return instances.of(this).state.downloaded;
  }

  get result(): Result {
    return instances.of(this).state.result;
  }

  get failureReason(): FailureReason {
    return instances.of(this).state.failureReason;
  }

  get recordsAvailable(): boolean {
    return instances.of(this).state.recordsAvailable;
  }

  get onprogress(): unknown {
    instances.of(this);
    return onprogress.get(this);
  }

  set onprogress(value: unknown) {
    instances.of(this);
    onprogress.set(this, value);
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort */
  abort(): Promise<boolean> {
    return promiseFrom(() => abort(instances.of(this)));
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-match */
  match(request: unknown, options: unknown = undefined): Promise<BackgroundFetchRecord | undefined> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchRegistration.match()';
      const instance = instances.of(this);
      requireArguments(arguments.length, 1, context);
      const records = matchAll(instance, toRequestInfo(request, context), toCacheQueryOptions(options, context));
      return records.then(([first]) => first);
    });
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall */
  matchAll(request: unknown = undefined, options: unknown = undefined): Promise<BackgroundFetchRecord[]> {
    return promiseFrom(() => {
      const context = 'BackgroundFetchRegistration.matchAll()';
      return matchAll(
        instances.of(this),
        request === undefined ? null : toRequestInfo(request, context),
        toCacheQueryOptions(options, context),
      );
    });
  }
}

export function createInstance(state: FetchState, connection: Connection): Instance {
  const wrapper = createObject(BackgroundFetchRegistration, EventTarget);
  const instance = { wrapper, connection, state };
  instances.set(wrapper, instance);
  return instance;
}

export const toRegistration: Convert<BackgroundFetchRegistration> = (value, context) => {
  if (instances.get(value as object)) return value as BackgroundFetchRegistration;
  throw new TypeError(`${context}: it is not of type 'BackgroundFetchRegistration'.`);
};

/** What the standard compares. */
const COMPARED = ['downloaded', 'uploaded', 'result', 'failureReason'] as const;

/** https://wicg.github.io/background-fetch/#update-background-fetch-instances */
export function update(instance: Instance, state: FetchState): void {
  const old = instance.state;
  const recordsAvailable = old.recordsAvailable && state.recordsAvailable;
  // What has a result does not change any more.
  const now = { ...(old.result === '' ? state : old), recordsAvailable };
  instance.state = now;
  if (COMPARED.some((name) => now[name] !== old[name])) instance.wrapper.dispatchEvent(new Event('progress'));
}

/** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort */
async function abort({ state, connection }: Instance): Promise<boolean> {
  // What has a result has left the map of active fetches.
  return state.result === '' && state.recordsAvailable && connection.call('abort', state.uid);
}

/** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall */
async function matchAll(
  { state, connection }: Instance,
  request: Request | string | null,
  options: MatchOptions,
): Promise<BackgroundFetchRecord[]> {
  if (!state.recordsAvailable) throw invalidState('The records are gone.');
  const query = request === null ? null : describeRequest(typeof request === 'string' ? new Request(request) : request);
  const records = await connection.call('match', state.uid, query, options);
  return records.map((record) => createRecord(connection.scope, record.request, followRecord(record)));
}
