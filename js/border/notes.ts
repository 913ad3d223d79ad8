/** What a worker notes of its engine while it is watched, as `debug()` of `./extras` has it, and tells those who inspect it. */
import type { EventType, Failure, FailureReason, Result } from './engine.ts';

/** A request that is on its way, or whose body is still being read. */
export interface Connection {
  /** Counts those of one watched worker. */
  connection: number;
  /** As the engine asked for it, with its query. */
  url: string;
  method: string;
  /** Offset of the first byte that was asked for, and after the last; `null` for all that follows. */
  from: number;
  to: number | null;
  /** When it was sent, as of `Date.now()`. */
  since: number;
  /** Of its answer; `null` before that. */
  status: number | null;
}

export type NoteType =
  /** An engine has begun. */
  | 'started'
  /** There is unfinished work; there is none any more. */
  | 'busy'
  | 'idle'
  /** The database was deleted. */
  | 'lost'
  /** Of a connection: the request was sent, its head has come, it has none for this `reason`, it is over. */
  | 'sent'
  | 'answered'
  | 'failed'
  | 'closed'
  /** Of a record: so many `bytes` more are put into the cache. What bypasses the script is not told. */
  | 'stored'
  /** Of a fetch: bytes so far, the outcome, the event and that its handlers have settled, the end of it. */
  | 'progress'
  | 'ended'
  | 'event'
  | 'handled'
  | 'over';

/** Something that happened. */
export interface Note extends Partial<Omit<Connection, 'since' | 'status'>> {
  /** As of `Date.now()`. */
  at: number;
  type: NoteType;
  /** Of a fetch or a record. */
  uid?: string;
  id?: string;
  index?: number;
  status?: number;
  reason?: keyof typeof Failure | FailureReason;
  result?: Exclude<Result, ''>;
  /** The type of an event. */
  event?: EventType;
  bytes?: number;
}

export interface Notes {
  open: Connection[];
  /** The last of them, the oldest first. */
  events: Note[];
}
