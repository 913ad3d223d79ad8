import type { FetchState, MatchOptions } from '../engine/types.ts';
import type { BackgroundFetchRecord } from '../interfaces/BackgroundFetchRecord.ts';
import { createRecord } from '../interfaces/BackgroundFetchRecord.ts';
import {
  type BackgroundFetchRegistration,
  createRegistration,
} from '../interfaces/BackgroundFetchRegistration.ts';
import type { Connection } from '../protocol/connection.ts';
import { describeRequest } from '../request.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { BackgroundFetchRecordImpl } from './BackgroundFetchRecordImpl.ts';
import { followRecord } from './live-record.ts';

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
  async match(
    request: Request | string,
    options: MatchOptions,
  ): Promise<BackgroundFetchRecord | undefined> {
    return (await this.matchAll(request, options))[0];
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall */
  async matchAll(
    request: Request | string | null,
    options: MatchOptions,
  ): Promise<BackgroundFetchRecord[]> {
    if (!this.#state.recordsAvailable) {
      throw invalidState('The records of this background fetch are no longer available.');
    }
    const query =
      request === null
        ? null
        : describeRequest(typeof request === 'string' ? new Request(request) : request);
    const records = await this.connection.call('match', this.#state.uid, query, options);
    return records.map((record) =>
      createRecord(
        new BackgroundFetchRecordImpl(this.connection.scope, record.request, followRecord(record)),
      ),
    );
  }
}
