/** What is left of background fetches that are over: a row for a week, of 256 of them at most. */
import { databaseName, META } from '../border/names.ts';
import { openExisting, settled } from '../border/stored-work.ts';

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
  const rows = await withRows(registration, 'readonly', async (store) => (await settled(store.getAll())) as unknown[]);
  return (rows ?? [])
    .filter(isRow)
    .map(({ id, title, failureReason, downloaded, ended }) => ({
      id,
      title,
      result: failureReason ? ('failure' as const) : ('success' as const),
      failureReason: failureReason ?? '',
      downloaded: downloaded ?? 0,
      ended: ended ?? 0,
    }))
    .sort((one, other) => one.ended - other.ended);
}

/** Removes what is left of those with this id. */
export async function forget(registration: ServiceWorkerRegistration, id: string): Promise<void> {
  await withRows(registration, 'readwrite', async (store) => {
    const rows: unknown[] = await settled(store.getAll());
    for (const row of rows.filter(isRow)) if (row.id === id) await settled(store.delete(row.uid));
  });
}

/** The number of the engine that owns the store is there, too. */
const isRow = (value: unknown): value is Row => typeof (value as Partial<Row> | undefined)?.uid === 'string';

async function withRows<T>(
  { scope }: ServiceWorkerRegistration,
  mode: IDBTransactionMode,
  steps: (store: IDBObjectStore) => Promise<T>,
): Promise<T | undefined> {
  let database: IDBDatabase | undefined;
  try {
    database = await openExisting(databaseName(scope));
    return await steps(database.transaction(META, mode).objectStore(META));
  } catch (error) {
    // There is none, so there is nothing.
    if (!database) return undefined;
    throw error;
  } finally {
    database?.close();
  }
}
