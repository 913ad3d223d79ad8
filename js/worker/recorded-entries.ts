/** The entries of the cache by their rows, since WebKit is slow to list them. */
import { cacheName, databaseName, entryUrl, FETCHES, KEPT, META, SEGMENTS, WRITING } from '../border/names.ts';
import { openExisting, settled, succeeded } from '../border/stored-work.ts';

/**
 * How many of those that were written last are remembered: more than are under way at a time, in this worker and in
 * some that died before it.
 */
const REMEMBERED = 64;

/** Bytes of the smallest entry that is written down: many small files would take half as long again. */
const LARGE = 256 * 1024;

/** Milliseconds for which an entry waits until it is written down: one that is missed may stay, one that waits stops all. */
const PATIENCE = 250;

/**
 * WebKit reads the bodies of all into memory to list the keys of a cache, but asked for one, only that. So whoever
 * starts asks for those that a row speaks of. What a worker was writing when it died has none, and arrives when its
 * successor has asked: which those were is written down as well.
 */
export class RecordedEntries {
  readonly #scope: string;
  /** The URLs of the entries that were written last, with or without a row by now. */
  #written: string[] = [];
  #database: IDBDatabase | undefined;

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** The requests of the cache's entries: of those of fetches, and of those that nobody else will find. */
  async list(cache: Cache): Promise<Request[]> {
    const { recorded, uids, written } = await this.#read();
    // Whoever has written since knows better than what was read.
    if (this.#written.length === 0) this.#written = written;
    const found: Request[] = [];
    for (const url of new Set([...recorded.keys(), ...written])) {
      const uid = recorded.get(url);
      // All else is the library's, and may be very much.
      if (uid === undefined || uids.includes(uid)) found.push(...(await cache.keys(url)));
    }
    return found;
  }

  /** Writes down that an entry of so many bytes is about to be written. Resolves soon, even if that comes to nothing. */
  async note(url: string, length: number): Promise<void> {
    if (length < LARGE) return;
    this.#written = [...this.#written, url].slice(-REMEMBERED);
    await Promise.race([this.#note().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }

  async #note(): Promise<void> {
    try {
      const transaction = (this.#database as IDBDatabase).transaction(META, 'readwrite', { durability: 'relaxed' });
      // In an object, so that no row of the engine's can be meant.
      transaction.objectStore(META).put({ written: this.#written }, WRITING);
      await succeeded(transaction);
    } catch {
      // There is no database yet, or no more: from the next one on.
      await this.#open();
    }
  }

  /** Nothing is unfinished: entries without a row go, and all of the cache unless something is kept. */
  async tidy(): Promise<void> {
    // Before anything can begin anew.
    const ended = this.#written;
    const { recorded, uids, kept } = await this.#read();
    if (uids.length) return;
    if (!kept) {
      await caches.delete(cacheName(this.#scope));
      return;
    }
    const cache = await caches.open(cacheName(this.#scope));
    for (const url of ended) if (!recorded.has(url)) await cache.delete(url);
  }

  async #open(): Promise<IDBDatabase> {
    const database = await openExisting(databaseName(this.#scope));
    // Whoever deletes it is not to wait.
    database.onversionchange = () => database.close();
    // WebKit collects none that listens.
    this.#database?.close();
    this.#database = database;
    return database;
  }

  /** What is stored, of one moment. */
  async #read(): Promise<Stored> {
    const transaction = (await this.#open()).transaction([FETCHES, SEGMENTS, KEPT, META]);
    const store = (name: string): IDBObjectStore => transaction.objectStore(name);
    const [rows, uids, kept, row] = await Promise.all([
      settled<{ uid: string; entry: string }[]>(store(SEGMENTS).getAll()),
      settled(store(FETCHES).getAllKeys()),
      settled(store(KEPT).count()),
      settled(store(META).get(WRITING)),
    ]);
    const recorded = new Map(rows.map(({ uid, entry }) => [entryUrl(entry), uid]));
    return { recorded, uids, kept, written: row?.written ?? [] };
  }
}

interface Stored {
  /** The URLs of entries that have a row, and whose it is. */
  recorded: Map<string, string>;
  uids: IDBValidKey[];
  kept: number;
  written: string[];
}
