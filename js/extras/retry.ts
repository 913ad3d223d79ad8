/** To begin again what has failed, with the requests that it had. */
import { restoreRequest } from '../api/request.ts';
import type { RequestData } from '../border/engine.ts';
import { BODIES, FETCHES, META, RECORDS } from '../border/names.ts';
import { settled } from '../border/stored-work.ts';
import { invalidState, notSupported } from '../webidl/exceptions.ts';
import { ifThere } from './history.ts';
import { managerOf, refuseNative } from './manager.ts';
import type { Shown } from './meter.ts';

/** What is read of the row of a fetch that has ended, whether its event lasts or it is over. */
interface Row {
  uid: string;
  id: string;
  title: string;
  icons: object[];
  downloadTotal: number;
  failureReason: string | null;
  ended: number | null;
  /** How many requests. */
  records: number;
  stage: 'active' | 'ended' | 'over';
  /** Of one that is over: missing from the rows of older versions. */
  requests?: RequestData[] | null;
}

interface RecordRow {
  index: number;
  request: RequestData & { bodyLength: number | null };
}

interface BodyRow {
  index: number;
  body: RequestData['body'];
}

/**
 * Begins the newest background fetch of this id again, which has failed: the same requests, under the same id, from
 * scratch. Resolves and rejects as `fetch()` does; and rejects with an InvalidStateError where there is none that has
 * failed, or its requests are not kept, and with a NotSupportedError where the browser's own API is used, or there is none.
 */
export async function retry(registration: ServiceWorkerRegistration, id: string): Promise<Shown> {
  refuseNative(registration, 'do not tell what they asked for');
  const manager = managerOf(registration);
  if (!manager) throw notSupported('There is no registration.backgroundFetch.');
  const row = await ifThere(registration, (database) => find(database, id));
  if (!row?.failureReason) throw invalidState(`No background fetch "${id}" has failed.`);
  const { title, downloadTotal, icons, requests } = row;
  if (!requests) throw invalidState(`What "${id}" asked for is not kept: it had bodies, or was too large.`);
  return manager.fetch(id, requests.map(restoreRequest), {
    title,
    downloadTotal,
    // Without the members that were not given, which are stored as null.
    icons: JSON.parse(JSON.stringify(icons, (_, value: unknown) => value ?? undefined)) as object[],
  });
}

/** The newest that has ended, with its requests. */
async function find(database: IDBDatabase, id: string): Promise<Row | undefined> {
  const transaction = database.transaction([FETCHES, RECORDS, BODIES, META]);
  const all = <T>(name: string, keys?: IDBKeyRange): Promise<T[]> =>
    settled(transaction.objectStore(name).getAll(keys));
  let newest: Row | undefined;
  for (const row of [...(await all<Row>(META)), ...(await all<Row>(FETCHES))]) {
    if (row.id === id && row.ended && (newest?.ended ?? 0) <= row.ended) newest = row;
  }
  if (newest?.stage !== 'ended') return newest;
  // While its event lasts, all is there still.
  const own = IDBKeyRange.bound([newest.uid], [newest.uid, []]);
  const bodies = new Map((await all<BodyRow>(BODIES, own)).map(({ index, body }) => [index, body]));
  const requests = (await all<RecordRow>(RECORDS, own)).map(({ index, request }) => ({
    ...request,
    body: bodies.get(index) ?? null,
  }));
  const whole =
    requests.length === newest.records && requests.every(({ bodyLength, body }) => bodyLength === null || body);
  return { ...newest, requests: whole ? requests : null };
}
