/**
 * The day on which the browser has the API itself: what has ended is told by our engine, what is unfinished goes to the
 * browser's own, by a page, and then nothing of ours is left.
 */
import type { RequestData } from '../border/engine.ts';
import type { HandedFetch } from '../border/messages.ts';
import { BODIES, FETCHES, KEPT, META, RECORDS, SEGMENTS } from '../border/names.ts';
import {
  forgetStoredWork,
  hasStoredWork,
  isAnythingStored,
  settled,
  succeeded,
  withDatabase,
} from '../border/stored-work.ts';
import type { EngineLoader } from './engine-loader.ts';
import { atMost } from './hold.ts';

/** A page that has been given a fetch is believed to be at it for so long, in milliseconds. */
const GIVEN_TIME = 60_000;

/** So long, in milliseconds, what has ended may take to be told before what is unfinished is handed over. */
const TELLING_TIME = 20_000;

/** What is read of a fetch's row; all is in `src/meta_store/rows.rs`. */
interface FetchRow extends Omit<HandedFetch, 'requests'> {
  stage: 'active' | 'ended';
  /** Whether the browser has refused it once. No engine reads it. */
  refused?: boolean;
  /** Their number. */
  records: number;
}

/** What is read of a record's. */
interface RecordRow {
  uid: string;
  index: number;
  request: Omit<RequestData, 'body'> & { bodyLength: number | null };
  /** Attempts since the last progress; of an upload, how often it was sent. */
  tries: number;
}

interface BodyRow {
  uid: string;
  index: number;
  body: Blob | ArrayBuffer;
}

/** The three rows that a fetch has, as they are when nobody writes. */
interface Stored {
  fetches: FetchRow[];
  records: RecordRow[];
  bodies: BodyRow[];
}

export class HandOver {
  readonly #scope: string;
  readonly #loader: EngineLoader;
  /** Unique ids of those that the engine leaves alone. */
  readonly #aside = new Set<string>();
  /** When a page was given them, by `performance.now()`. */
  readonly #given = new Map<string, number>();

  constructor(scope: string, loader: EngineLoader) {
    this.#scope = scope;
    this.#loader = loader;
  }

  isAside(uid: string): boolean {
    return this.#aside.has(uid);
  }

  /** Finds what can be handed over; to be awaited before an engine starts. */
  async setAside(): Promise<void> {
    for (const { uid } of handable(await this.#read())) this.#aside.add(uid);
  }

  /** See {@link Calls.handOver}. */
  async begin(): Promise<HandedFetch[]> {
    if (!(await this.#resume())) return [];
    await atMost(TELLING_TIME, this.#loader.idle());
    const now = performance.now();
    const free = handable(await this.#read()).filter(({ uid }) => now >= (this.#given.get(uid) ?? -Infinity));
    for (const { uid } of free) this.#given.set(uid, now + GIVEN_TIME);
    return free;
  }

  /** See {@link Calls.handedOver}. */
  async end(uid: string, taken: boolean): Promise<void> {
    if (!(await this.#resume())) return;
    // Whatever the engine does not know of is nobody else's.
    if (this.#aside.has(uid)) await (taken ? this.#remove(uid) : this.#refuse(uid));
    await atMost(TELLING_TIME, this.tidy());
  }

  /** Has an engine for what is not handed over. Whether there is anything at all. */
  async #resume(): Promise<boolean> {
    const isThere = await hasStoredWork(this.#scope);
    if (isThere) await this.#loader.resume();
    return isThere;
  }

  /** Removes all that is left of ours, if there is nothing left to do, and nothing kept. */
  async tidy(): Promise<void> {
    const scope = this.#scope;
    await this.#loader.idle();
    if (!(await hasStoredWork(scope)) && (await isAnythingStored(scope)) && !(await isLibrarys(scope))) {
      await forgetStoredWork(scope);
    }
  }

  /** As `DeleteFetch` in `src/meta_store/mod.rs`; its entries the engine has swept, as it does not know of it. */
  async #remove(uid: string): Promise<void> {
    await this.#write((transaction) => {
      transaction.objectStore(FETCHES).delete(uid);
      for (const store of [RECORDS, SEGMENTS, BODIES]) {
        transaction.objectStore(store).delete(IDBKeyRange.bound([uid], [uid, []]));
      }
    });
    this.#aside.delete(uid);
  }

  /** The browser will not have it. Another page may be allowed what this one is not; then it fails, with the next engine. */
  async #refuse(uid: string): Promise<void> {
    await this.#write((transaction) => {
      const store = transaction.objectStore(FETCHES);
      const read = store.get(uid) as IDBRequest<FetchRow | undefined>;
      read.onsuccess = () => {
        const row = read.result;
        if (!row) return;
        const end = { stage: 'ended', failureReason: 'fetch-error', ended: Date.now() };
        store.put(row.refused ? { ...row, ...end } : { ...row, refused: true });
      };
    });
  }

  #read(): Promise<Stored> {
    return withDatabase(this.#scope, async (database) => {
      const transaction = database.transaction([FETCHES, RECORDS, BODIES]);
      const [fetches, records, bodies] = await Promise.all(
        [FETCHES, RECORDS, BODIES].map((name) => settled(transaction.objectStore(name).getAll())),
      );
      return { fetches, records, bodies } as Stored;
    });
  }

  #write(steps: (transaction: IDBTransaction) => void): Promise<void> {
    return withDatabase(this.#scope, (database) => {
      const transaction = database.transaction([FETCHES, RECORDS, SEGMENTS, BODIES], 'readwrite');
      steps(transaction);
      return succeeded(transaction);
    });
  }
}

/** Whether what is stored is the library's: it has items, or has made the database, as no engine ever ran on it. */
async function isLibrarys(scope: string): Promise<boolean> {
  try {
    return await withDatabase(scope, async (database) => {
      const transaction = database.transaction([META, KEPT]);
      const [epoch, kept] = await Promise.all([
        settled(transaction.objectStore(META).count('epoch')),
        settled(transaction.objectStore(KEPT).count()),
      ]);
      return kept > 0 || epoch === 0;
    });
  } catch (error) {
    // There is none, or one of the first version. A look that fails for another reason tells nothing.
    return error instanceof DOMException && error.name !== 'NotFoundError';
  }
}

/** Of those that run, those that the browser can begin again. An upload that may have been sent fails with our engine. */
function handable({ fetches, records, bodies }: Stored): HandedFetch[] {
  const handed: HandedFetch[] = [];
  for (const { uid, id, stage, title, icons, downloadTotal, records: count } of fetches) {
    const own = records.filter((record) => record.uid === uid);
    if (stage !== 'active' || own.length !== count || !own.every(isRepeatable)) continue;
    const requests = own.map(({ index, request: { bodyLength: _, ...request } }) => ({
      ...request,
      body: bodies.find((row) => row.uid === uid && row.index === index)?.body ?? null,
    }));
    handed.push({ uid, id, requests, title, icons: icons.map(given), downloadTotal });
  }
  return handed;
}

/** Whether nothing may have been sent that must not be sent twice. */
const isRepeatable = ({ request, tries }: RecordRow): boolean => request.method === 'GET' || tries === 0;

/** The members that were given: the engine stores null for the others. */
const given = <T extends object>(dictionary: T): T =>
  Object.fromEntries(Object.entries(dictionary).filter(([, value]) => value !== null)) as T;
