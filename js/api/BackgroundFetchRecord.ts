import type { RequestData } from '../border/engine.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';
import { type LiveRecord, storedLength } from './live-record.ts';
import { restoreRequest } from './request.ts';
import { createResponse, failureOf, isExposed } from './response.ts';
import { createBody } from './response-body.ts';

const impls = new Slot<BackgroundFetchRecordImpl>();

/** https://wicg.github.io/background-fetch/#background-fetch-record */
export class BackgroundFetchRecord {
  constructor() {
    throw illegalConstructor();
  }

  get request(): Request {
    return impls.of(this).request;
  }

  get responseReady(): Promise<Response> {
    const impl = impls.find(this);
    // An attribute whose type is a promise rejects where others throw.
    return impl ? impl.responseReady : promiseFrom(() => impls.of(this).responseReady);
  }
}

export function createRecord(scope: string, data: RequestData, record: LiveRecord): BackgroundFetchRecord {
  const created = createObject(BackgroundFetchRecord);
  impls.set(created, new BackgroundFetchRecordImpl(scope, data, record));
  return created;
}

/** The realm's side of one BackgroundFetchRecord: each `match` makes new ones. */
class BackgroundFetchRecordImpl {
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
    if (!state.head) throw failureOf('lost');
    const body = await createBody(this.#scope, this.#record, state.head);
    const isWhole = state.result === 'success' && body !== null;
    return createResponse(state.head, body, isWhole ? storedLength(state) : undefined);
  }
}
