import type { RequestData } from '../border/engine.ts';
import { createObject, illegalConstructor, Slot } from '../webidl/define.ts';
import { type LiveRecord, storedLength } from './live-record.ts';
import { restoreRequest } from './request.ts';
import { createResponse, failureOf, isExposed } from './response.ts';
import { createBody } from './response-body.ts';

/** The realm's side of one BackgroundFetchRecord: each `match` makes new ones. */
interface Impl {
  /** Its body can be read once for each BackgroundFetchRecord. */
  readonly request: Request;
  /** Begun by the first who asks, so that a failure nobody asked about is not "unhandled". */
  readonly responseReady: Promise<Response>;
}

const impls = new Slot<Impl>();

/** https://wicg.github.io/background-fetch/#background-fetch-record */
export class BackgroundFetchRecord {
  constructor() {
    throw illegalConstructor();
  }

  get request(): Request {
    return impls.of(this).request;
  }

  get responseReady(): Promise<Response> {
    try {
      return impls.of(this).responseReady;
    } catch (error) {
      // An attribute whose type is a promise rejects where others throw.
      return Promise.reject(error);
    }
  }
}

export function createRecord(scope: string, data: RequestData, record: LiveRecord): BackgroundFetchRecord {
  const created = createObject(BackgroundFetchRecord);
  let request: Request | undefined;
  let responseReady: Promise<Response> | undefined;
  impls.set(created, {
    get request() {
      return (request ??= restoreRequest(data));
    },
    get responseReady() {
      return (responseReady ??= respond(scope, record));
    },
  });
  return created;
}

/** https://wicg.github.io/background-fetch/#dom-backgroundfetchrecord-responseready */
async function respond(scope: string, record: LiveRecord): Promise<Response> {
  const state = await record.until(({ head, result }) => head !== null || result !== '');
  if (!isExposed(state.result)) throw failureOf(state.result);
  if (!state.head) throw failureOf('lost');
  const body = await createBody(scope, record, state.head);
  const isWhole = state.result === 'success' && body !== null;
  return createResponse(state.head, body, isWhole ? storedLength(state) : undefined);
}
