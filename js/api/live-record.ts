/** The realm's view of each record whose responses somebody may be waiting for. */
import type { RecordUpdate } from '../border/messages.ts';

/** One record, as far as this realm knows it; shared by all BackgroundFetchRecords of it. */
export class LiveRecord {
  #state: RecordUpdate;
  #waiting: (() => void)[] = [];

  constructor(state: RecordUpdate) {
    this.#state = state;
  }

  get state(): RecordUpdate {
    return this.#state;
  }

  /** Takes over what is not known yet, of a state that comes late, too. */
  advance(state: RecordUpdate): void {
    this.#state = joined(this.#state, state);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** The first state, from now on, that is good enough. */
  async until(enough: (state: RecordUpdate) => boolean): Promise<RecordUpdate> {
    while (!enough(this.#state)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#state;
  }
}

/** Records only move forward: responses begun, then bytes, then the result. */
function joined(one: RecordUpdate, other: RecordUpdate): RecordUpdate {
  const [older, newer] = isOlder(other, one) ? [other, one] : [one, other];
  if (older.version !== newer.version) return newer;
  const from = newer.segments[0]?.start ?? Infinity;
  return {
    ...newer,
    head: newer.head ?? older.head,
    result: newer.result || older.result,
    segments: [...older.segments.filter(({ start }) => start < from), ...newer.segments],
  };
}

const isOlder = (state: RecordUpdate, than: RecordUpdate): boolean =>
  state.version === than.version ? storedLength(state) < storedLength(than) : state.version < than.version;

/** Bytes of the body that are there without a gap. */
export function storedLength({ segments }: RecordUpdate): number {
  const last = segments.at(-1);
  return last ? last.start + last.length : 0;
}

/** By fetch and index; dropped when the fetch's records are. */
const records = new Map<string, Map<number, LiveRecord>>();

/** The live record that an answer speaks of. */
export function followRecord(state: RecordUpdate): LiveRecord {
  // What is settled does not change any more, so there is nothing to follow.
  const changes = state.result === '' || records.get(state.uid)?.has(state.index);
  return changes ? updateRecord(state) : new LiveRecord(state);
}

/** What the realm's connection hears from the engine; it may come before the answer of `match`. */
export function updateRecord(state: RecordUpdate): LiveRecord {
  const ofFetch = records.get(state.uid) ?? new Map<number, LiveRecord>();
  const record = ofFetch.get(state.index) ?? new LiveRecord(state);
  record.advance(state);
  records.set(state.uid, ofFetch.set(state.index, record));
  return record;
}

/** The fetches, of those given, that have records which may still change. */
export function withLiveRecords(uids: string[]): string[] {
  return uids.filter((uid) => records.has(uid));
}

/** The records of a fetch are gone: those that have not got all they wanted will not get it. */
export function loseRecords(uid: string): void {
  for (const record of records.get(uid)?.values() ?? []) {
    const state = record.state;
    if (state.result === '') record.advance({ ...state, result: 'redundant' });
  }
  records.delete(uid);
}
