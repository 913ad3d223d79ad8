/** What is left of background fetches that are over: a row for a week, of 256 of them at most. */
import { FETCHES, META } from '../border/names.ts';
import { settled, withDatabase } from '../border/stored-work.ts';

interface Row {
  uid: string;
  id: string;
  title: string;
  stage: 'active' | 'ended' | 'over';
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
  const rows = await ifThere(registration, (database) =>
    settled<unknown[]>(database.transaction(META).objectStore(META).getAll()),
  );
  const forgotten = forgottenIn(rows ?? []);
  return (rows ?? [])
    .filter(isRow)
    .filter(({ uid }) => !forgotten.includes(uid))
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

/** Removes what is left of those with this id. The row of one whose event lasts is yet to come: so that is written down. */
export async function forget(registration: ServiceWorkerRegistration, id: string): Promise<void> {
  await ifThere(registration, async (database) => {
    const transaction = database.transaction([META, FETCHES], 'readwrite');
    const store = transaction.objectStore(META);
    const fetches: Row[] = await settled(transaction.objectStore(FETCHES).getAll());
    const rows: unknown[] = await settled(store.getAll());
    const before = forgottenIn(rows);
    const goes = (row: Row): boolean => row.id === id || before.includes(row.uid);
    for (const row of rows.filter(isRow)) if (goes(row)) await settled(store.delete(row.uid));
    const forgotten = fetches.filter((row) => row.stage === 'ended' && goes(row)).map(({ uid }) => uid);
    await settled(store.put({ forgotten }, FORGOTTEN));
  });
}

/** The number of the engine that owns the store is there, too. */
const isRow = (value: unknown): value is Row => typeof (value as Partial<Row> | undefined)?.uid === 'string';

/** Unique ids of those that are not to be told. */
const forgottenIn = (rows: unknown[]): string[] =>
  rows.flatMap((row) => (row as { forgotten?: string[] }).forgotten ?? []);

/** The key of those in {@link META}, as `{ forgotten }`. */
const FORGOTTEN = 'forgotten';

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
