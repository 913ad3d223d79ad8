/** All that is known of the unfinished background fetches of a registration, as JSON: what is stored, and what is going on. */
import type { Condition, FailureReason, RequestData, ResponseHead } from '../border/engine.ts';
import { FETCHES, META, RECORDS, SEGMENTS } from '../border/names.ts';
import type { Connection, Note } from '../border/notes.ts';
import { settled } from '../border/stored-work.ts';
import { ask } from '../extras/ask.ts';
import { ifThere } from '../extras/history.ts';
import { refuseNative } from '../extras/manager.ts';

/** A response, or a part of one, that is on its way. */
export type Part = Omit<Connection, 'url' | 'method'>;

export interface InspectedRecord {
  index: number;
  url: string;
  method: string;
  result: 'success' | FailureReason;
  /** Of the response that is stored; `null` before its first bytes are. */
  status: number | null;
  /** Bytes that the response says it has. */
  length: number | null;
  /** By which its parts are told to be of one version. */
  validator: string | null;
  /** How many responses were begun. */
  responses: number;
  /** Attempts since anything came. */
  attempts: number;
  /** Offset and length of each piece that is stored, in order; bytes. */
  segments: { start: number; length: number }[];
  /** Where two responses meet of which nobody knows yet that they are of one version. */
  seams: number[];
  parts: Part[];
}

export interface InspectedFetch {
  uid: string;
  id: string;
  title: string;
  stage: 'active' | 'ended';
  failureReason: FailureReason;
  downloadTotal: number;
  uploadTotal: number;
  /** How often its event was delivered in vain. */
  deliveries: number;
  /** What it is at or waits for, and until when; `null` where the worker does not tell. */
  state: Condition | null;
  nextAttempt: number | null;
  records: InspectedRecord[];
}

export interface InspectedOrigin {
  origin: string;
  /** Until when it has asked to be left alone; `null` if it has not. */
  heldUntil: number | null;
  /** Of those that go on now. */
  connections: number;
  /** Whether it has sent parts, or says that it does. */
  ranges: boolean | null;
}

export interface Inspection {
  /** When it was made, as of `Date.now()`, like all times in it. */
  at: number;
  /** Whether the worker takes notes: else there are no parts and no events. */
  watched: boolean;
  /** How many engines have had the store. */
  engines: number;
  fetches: InspectedFetch[];
  origins: InspectedOrigin[];
  events: Note[];
}

/** What is read of the rows: see `src/meta_store/rows.rs`. */
interface FetchRow {
  uid: string;
  id: string;
  order: number;
  title: string;
  stage: 'active' | 'ended';
  failureReason: FailureReason | null;
  downloadTotal: number;
  uploadTotal: number;
  deliveries: number;
}

interface RecordRow {
  index: number;
  request: RequestData;
  head: ResponseHead | null;
  validator: string | null;
  version: number;
  result: InspectedRecord['result'] | null;
  hold: number | null;
  seams: number[] | null;
  tries: number;
}

interface SegmentRow {
  index: number;
  start: number;
  length: number;
}

interface Stored {
  row: FetchRow;
  records: { row: RecordRow; segments: SegmentRow[] }[];
}

/**
 * Of headers there are no values but lengths and validators; what stands behind `?` in URLs is there with `queries` only.
 * Rejects with a NotSupportedError where the browser's own API is used.
 */
export async function inspect(
  registration: ServiceWorkerRegistration,
  { queries = false }: { queries?: boolean } = {},
): Promise<Inspection> {
  refuseNative(registration, 'cannot be looked into');
  const [{ engines, stored }, notes] = await Promise.all([
    ifThere(registration, read).then((found) => found ?? { engines: 0, stored: [] }),
    // Of one that does not answer, or is of before, nothing is known.
    ask(registration, 'inspect').catch(() => undefined),
  ]);
  const at = Date.now();
  const open = notes?.open ?? [];
  const origins = originsOf(stored, open, at);
  const shown = (url: string): string => (queries ? url : url.replace(/\?.*/s, '?…'));
  // Of two records of one URL, the first has what is on its way.
  const left = new Set(open);
  const fetches = await Promise.all(
    stored.map(async ({ row, records }): Promise<InspectedFetch> => {
      const { uid, id, title, stage, failureReason, downloadTotal, uploadTotal, deliveries } = row;
      const told = stage === 'active' ? await ask(registration, 'status', id).catch(() => undefined) : undefined;
      // It may be over, and another one of this id begun.
      const status = told?.uid === uid ? told : undefined;
      return {
        ...{ uid, id, title, stage, failureReason: failureReason ?? '', downloadTotal, uploadTotal, deliveries },
        state: status?.state ?? null,
        nextAttempt: status?.next == null ? null : at + status.next,
        records: records.map((record) => describe(record, left, shown)),
      };
    }),
  );
  const events = (notes?.events ?? []).map((note) => (note.url ? { ...note, url: shown(note.url) } : note));
  return { at, watched: Boolean(notes), engines, fetches, origins, events };
}

/** All in one transaction. */
async function read(database: IDBDatabase): Promise<{ engines: number; stored: Stored[] }> {
  const transaction = database.transaction([FETCHES, RECORDS, SEGMENTS, META]);
  const all = <T>(name: string, keys?: IDBKeyRange): Promise<T[]> =>
    settled(transaction.objectStore(name).getAll(keys));
  const engines = await settled<number | undefined>(transaction.objectStore(META).get('epoch'));
  const rows = await all<FetchRow>(FETCHES);
  const stored = rows
    .sort((one, other) => one.order - other.order)
    .map(async (row): Promise<Stored> => {
      const own = IDBKeyRange.bound([row.uid], [row.uid, []]);
      const [records, segments] = await Promise.all([all<RecordRow>(RECORDS, own), all<SegmentRow>(SEGMENTS, own)]);
      const byIndex = new Map<number, SegmentRow[]>(records.map(({ index }) => [index, []]));
      for (const segment of segments) byIndex.get(segment.index)?.push(segment);
      return { row, records: records.map((record) => ({ row: record, segments: byIndex.get(record.index) ?? [] })) };
    });
  return { engines: engines ?? 0, stored: await Promise.all(stored) };
}

function describe(
  { row, segments }: Stored['records'][0],
  open: Set<Connection>,
  shown: (url: string) => string,
): InspectedRecord {
  const { index, request, head, validator, version, result, seams, tries } = row;
  const parts: Part[] = [];
  for (const connection of open) {
    const { url, method, ...part } = connection;
    if (result || url !== request.url || method !== request.method) continue;
    open.delete(connection);
    parts.push(part);
  }
  return {
    index,
    url: shown(request.url),
    method: request.method,
    result: result ?? '',
    status: head?.status ?? null,
    length: lengthOf(head),
    validator,
    responses: version,
    attempts: tries,
    segments: segments.map(({ start, length }) => ({ start, length })),
    seams: seams ?? [],
    parts,
  };
}

const headerOf = (head: ResponseHead | null, wanted: string): string =>
  head?.headers.find(([name]) => name === wanted)?.[1] ?? '';

/** As far as the head tells: of a body that was compressed on its way it does not. */
function lengthOf(head: ResponseHead | null): number | null {
  const length = headerOf(head, 'content-encoding') ? '' : headerOf(head, 'content-length');
  return /^\d+$/.test(length) ? Number(length) : null;
}

function originsOf(stored: Stored[], open: Connection[], at: number): InspectedOrigin[] {
  const origins = new Map<string, InspectedOrigin>();
  const of = (url: string): InspectedOrigin => {
    const { origin } = new URL(url);
    let found = origins.get(origin);
    if (!found) origins.set(origin, (found = { origin, heldUntil: null, connections: 0, ranges: null }));
    return found;
  };
  for (const { row, segments } of stored.flatMap(({ records }) => records)) {
    const origin = of(row.request.url);
    if (row.hold && row.hold > Math.max(at, origin.heldUntil ?? 0)) origin.heldUntil = row.hold;
    const said = headerOf(row.head, 'accept-ranges');
    // What begins elsewhere than where the piece before it ends was sent as a part.
    const isInParts = segments.some(({ start }, place) => start !== endOf(segments[place - 1]));
    if (isInParts || said === 'bytes') origin.ranges = true;
    else if (said === 'none') origin.ranges ??= false;
  }
  for (const { url, status } of open) {
    const origin = of(url);
    origin.connections += 1;
    if (status === 206) origin.ranges = true;
  }
  return [...origins.values()];
}

const endOf = (segment: SegmentRow | undefined): number => (segment ? segment.start + segment.length : 0);
