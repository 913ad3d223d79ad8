import type { BackgroundFetchRecordImpl } from '../impl/BackgroundFetchRecordImpl.ts';
import { createObject, illegalConstructor, promiseFrom, Slot } from '../webidl/define.ts';

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

export function createRecord(impl: BackgroundFetchRecordImpl): BackgroundFetchRecord {
  const record = createObject(BackgroundFetchRecord);
  impls.set(record, impl);
  return record;
}
