/**
 * An engine in JavaScript, for the tests of what stands around it. It downloads one request after the
 * other, keeps one segment of each for every chunk of `SEGMENT` bytes, and never tries twice.
 */

import type {
  Engine,
  FailureReason,
  FetchArguments,
  FetchState,
  Host,
  MatchOptions,
  RecordState,
  RequestData,
  Status,
  UIOptions,
} from '../../js/border/engine.ts';
import { cacheName, databaseName } from '../../js/border/names.ts';

const SEGMENT = 64 * 1024;

interface Job {
  state: FetchState;
  records: RecordState[];
  settled: boolean;
  abort: AbortController;
}

export class FakeEngine implements Engine {
  readonly jobs = new Map<string, Job>();
  /** How those that are over have ended. */
  readonly over = new Map<string, FetchState>();
  readonly updates: [string, UIOptions][] = [];
  online: boolean[] = [];
  held: boolean[] = [];
  stopped = false;
  /** For how long it says that it has nothing to do. */
  rests = 0;
  /** Without, fetches begin and never end. */
  performs = true;
  readonly scope: string;
  readonly host: Host;

  constructor(scope: string, host: Host) {
    this.scope = scope;
    this.host = host;
  }

  async fetch(args: FetchArguments): Promise<FetchState> {
    const known = await this.state(args.uid);
    if (known) return known;
    if (this.#byId(args.id)) throw { name: 'TypeError', message: `"${args.id}" is active already` };
    const { uid, id, downloadTotal } = args;
    const state: FetchState = {
      uid,
      id,
      downloadTotal,
      uploadTotal: 0,
      uploaded: 0,
      downloaded: 0,
      result: '',
      failureReason: '',
      recordsAvailable: true,
    };
    const records = args.requests.map(
      (request, index): RecordState => ({
        uid,
        index,
        request,
        result: '',
        version: 0,
        head: null,
        segments: [],
      }),
    );
    const job = { state, records, settled: false, abort: new AbortController() };
    this.jobs.set(uid, job);
    if (this.jobs.size === 1) this.host.active(true);
    await this.#persist();
    if (this.performs) setTimeout(() => void this.#perform(job));
    return { ...state };
  }

  async get(id: string): Promise<FetchState | undefined> {
    const job = this.#byId(id);
    return job && { ...job.state };
  }

  async getIds(): Promise<string[]> {
    return [...this.jobs.values()].filter((job) => !job.settled).map(({ state }) => state.id);
  }

  async state(uid: string): Promise<FetchState | undefined> {
    const state = this.jobs.get(uid)?.state ?? this.over.get(uid);
    return state && { ...state };
  }

  async pause(uid: string): Promise<boolean> {
    return this.jobs.has(uid);
  }

  async status(id: string): Promise<Status | undefined> {
    const job = this.#byId(id);
    if (!job) return undefined;
    const { uid } = job.state;
    return { uid, title: 'A film', icons: [], state: 'running', next: null, requests: 1, done: 0, failed: 0 };
  }

  async abort(uid: string): Promise<boolean> {
    const job = this.jobs.get(uid);
    if (!job || job.settled) return false;
    job.settled = true;
    job.abort.abort();
    return true;
  }

  async match(uid: string, request: RequestData | null, _: MatchOptions): Promise<RecordState[]> {
    const job = this.jobs.get(uid);
    if (!job) throw { name: 'InvalidStateError', message: 'gone' };
    const all = job.records.map((record) => ({ ...record, segments: [...record.segments] }));
    return request ? all.filter((record) => record.request.url === request.url) : all;
  }

  async updateUI(uid: string, options: UIOptions): Promise<void> {
    this.updates.push([uid, options]);
  }

  async rest(): Promise<number> {
    return this.rests;
  }

  report(held: boolean, so: boolean): void {
    (held ? this.held : this.online).push(so);
  }

  isActive(): boolean {
    return this.jobs.size > 0;
  }

  stop(): void {
    this.stopped = true;
  }

  #byId(id: string): Job | undefined {
    return [...this.jobs.values()].find(({ state, settled }) => state.id === id && !settled);
  }

  async #perform(job: Job): Promise<void> {
    let failure: FailureReason = '';
    for (const record of job.records) {
      record.result = await this.#complete(job, record);
      this.host.recordChanged({ ...record });
      if (record.result !== 'success') failure ||= record.result as FailureReason;
    }
    if (job.settled) failure = 'aborted';
    job.settled = true;
    job.state = { ...job.state, result: failure ? 'failure' : 'success', failureReason: failure };
    await this.host.update({ ...job.state });
    await this.host.fireEvent(
      failure === 'aborted' ? 'backgroundfetchabort' : failure ? 'backgroundfetchfail' : 'backgroundfetchsuccess',
      { ...job.state },
    );
    job.state = { ...job.state, recordsAvailable: false };
    await this.host.update({ ...job.state });
    this.jobs.delete(job.state.uid);
    this.over.set(job.state.uid, job.state);
    await this.#persist();
    await caches.delete(cacheName(this.scope));
    if (this.jobs.size === 0) this.host.active(false);
  }

  async #complete(job: Job, record: RecordState): Promise<RecordState['result']> {
    try {
      const { url, ...init } = record.request;
      const { signal } = job.abort;
      const response = await fetch(url, { ...init, mode: 'cors', signal } as RequestInit);
      const { status, statusText, type, redirected } = response;
      record.version += 1;
      record.head = { url: response.url, status, statusText, type, redirected, headers: [...response.headers] };
      this.host.recordChanged({ ...record });
      await this.#store(job, record, response);
      return response.ok ? 'success' : 'bad-status';
    } catch {
      return job.abort.signal.aborted ? 'aborted' : 'fetch-error';
    }
  }

  async #store(job: Job, record: RecordState, response: Response): Promise<void> {
    const cache = await caches.open(cacheName(this.scope));
    let start = 0;
    const put = async (bytes: Blob): Promise<void> => {
      const url = `https://segment.invalid/${record.uid}/${record.index}/${start}`;
      await cache.put(url, new Response(bytes));
      record.segments = [...record.segments, { url, start, length: bytes.size }];
      start += bytes.size;
      job.state = { ...job.state, downloaded: job.state.downloaded + bytes.size };
      this.host.recordChanged({ ...record });
      void this.host.update({ ...job.state });
    };
    const reader = response.body?.getReader();
    let pending: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (value) size += pending.push(value as Uint8Array<ArrayBuffer>) && value.length;
      if (size >= SEGMENT || (done && size > 0)) {
        await put(new Blob(pending));
        pending = [];
        size = 0;
      }
      if (done) return;
    }
  }

  /** A row for each unfinished fetch, which is all that anybody but the engine looks at. */
  async #persist(): Promise<void> {
    if (typeof indexedDB === 'undefined') return;
    const opening = indexedDB.open(databaseName(this.scope), 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('fetches');
    const database = await settled(opening);
    const store = database.transaction('fetches', 'readwrite').objectStore('fetches');
    await settled(store.clear());
    await Promise.all([...this.jobs.keys()].map((uid) => settled(store.put(true, uid))));
    database.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** In the place of `virtual:bindgen` when a bundle is made with this engine. */
export const startEngine = async (scope: string, host: Host): Promise<Engine> => new FakeEngine(scope, host);
export const initSync = (): void => undefined;
export const __wbg_reset_state = (): void => undefined;
