import type { RequestData } from '../engine/types.ts';
import { restoreRequest } from '../request.ts';
import { createBody } from './body.ts';
import { type LiveRecord, storedLength } from './live-record.ts';
import { createResponse, failureOf, isExposed } from './response.ts';

/** The realm's side of one BackgroundFetchRecord: each `match` makes new ones. */
export class BackgroundFetchRecordImpl {
  readonly #scope: string;
  readonly #data: RequestData;
  readonly #record: LiveRecord;
  #request: Request | undefined;
  #responseReady: Promise<Response> | undefined;

  constructor(scope: string, data: RequestData, record: LiveRecord) {
    this.#scope = scope;
    this.#data = data;
    this.#record = record;
  }

  /** Its body can be read once for each BackgroundFetchRecord. */
  get request(): Request {
    return (this.#request ??= restoreRequest(this.#data));
  }

  /** Begun by the first who asks, so that a failure nobody asked about is not "unhandled". */
  get responseReady(): Promise<Response> {
    return (this.#responseReady ??= this.#respond());
  }

  /** https://wicg.github.io/background-fetch/#dom-backgroundfetchrecord-responseready */
  async #respond(): Promise<Response> {
    const state = await this.#record.until(({ head, result }) => head !== null || result !== '');
    if (!isExposed(state.result)) throw failureOf(state.result);
    if (!state.head) throw new TypeError('The stored response has been lost.');
    const body = await createBody(this.#scope, this.#record, state.head);
    const isWhole = state.result === 'success' && body !== null;
    return createResponse(state.head, body, isWhole ? storedLength(state) : undefined);
  }
}
