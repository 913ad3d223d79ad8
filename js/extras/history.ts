/** What is left of background fetches that are over: a row for a week, of 256 of them at most. */
import { META } from '../border/names.ts';
import { settled, withDatabase } from '../border/stored-work.ts';

interface Row {
  uid: string;
  id: string;
  title: string;
  failureReason: string | null;
  downloaded: number | null;
  ended: number | null;
}

export interface Ended {
  id: string;
  title: string;
  result: 'success' | 'failure';
  failureReason: string;
  /** Bytes of all responses. */
  downloaded: number;
  /** When its outcome was decided, as of `Date.now()`. */
  ended: number;
}

/** How the fetches of this library have ended, the oldest first. Of the browser's own nobody knows. */
export async function history(registration: ServiceWorkerRegistration): Promise<Ended[]> {
  const rows = await ifThere(registration, (database) => settled<unknown[]>(storeOf(database, 'readonly').getAll()));
  return (rows ?? [])
    .filter(isRow)
    .map(
      ({ id, title, failureReason, downloaded, ended }): Ended => ({
        id,
        title,
        result: failureReason ? 'failure' : 'success',
        failureReason: failureReason ?? '',
        downloaded: downloaded ?? 0,
        ended: ended ?? 0,
      }),
    )
    .sort((one, other) => one.ended - other.ended);
}

/** Removes what is left of those with this id. */
export async function forget(registration: ServiceWorkerRegistration, id: string): Promise<void> {
  await ifThere(registration, async (database) => {
    const store = storeOf(database, 'readwrite');
    const rows: unknown[] = await settled(store.getAll());
    for (const row of rows.filter(isRow)) if (row.id === id) await settled(store.delete(row.uid));
  });
}

/** The number of the engine that owns the store is there, too. */
const isRow = (value: unknown): value is Row => typeof (value as Partial<Row> | undefined)?.uid === 'string';

const storeOf = (database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore =>
  database.transaction(META, mode).objectStore(META);

/** Does something with the database of a registration; undefined where there is none. */
export const ifThere = <T>(
  { scope }: ServiceWorkerRegistration,
  steps: (database: IDBDatabase) => Promise<T>,
): Promise<T | undefined> =>
  withDatabase(scope, steps).catch((error: Error) => {
    // It may have gone in this very moment.
    if (error instanceof DOMException && error.name !== 'AbortError') throw error;
    return undefined;
  });
