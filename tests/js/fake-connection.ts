/** A connection whose answers a test gives. */

import type { Connection } from '../../js/border/connection.ts';
import type { FetchState, RecordState } from '../../js/border/engine.ts';

export class FakeConnection implements Connection {
  scope = 'https://app.example/';
  available = true;
  readonly calls: [string, ...unknown[]][] = [];
  readonly answers: Record<string, unknown> = {};

  async hasWork(): Promise<boolean> {
    return this.available;
  }

  async call(kind: string, ...args: unknown[]): Promise<any> {
    this.calls.push([kind, ...args]);
    return this.answers[kind];
  }
}

let uids = 0;

export const makeState = (changes: Partial<FetchState> = {}): FetchState => ({
  uid: `fetch ${(uids += 1)}`,
  id: 'id',
  uploadTotal: 0,
  uploaded: 0,
  downloadTotal: 100,
  downloaded: 0,
  result: '',
  failureReason: '',
  recordsAvailable: true,
  ...changes,
});

export const makeRecord = (changes: Partial<RecordState> = {}): RecordState => ({
  uid: `record ${(uids += 1)}`,
  index: 0,
  request: {
    url: 'https://app.example/file',
    method: 'GET',
    headers: [],
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: '',
    referrerPolicy: '',
    integrity: '',
    body: null,
  },
  result: '',
  version: 0,
  head: null,
  segments: [],
  ...changes,
});
