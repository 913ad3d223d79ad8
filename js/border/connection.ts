import type { Answer, Arguments, Kind } from './messages.ts';

/** A realm's way to the worker that runs the engine: over messages, or, there itself, directly. */
export interface Connection {
  readonly scope: string;
  /** Whether the registration has an active worker. */
  readonly available: boolean;
  /** Whether anything may be stored that it can be asked for. */
  hasWork(): Promise<boolean>;
  /** Rejects with an exception of this realm. */
  call<K extends Kind>(kind: K, ...args: Arguments<K>): Promise<Answer<K>>;
}
