import type { FetchState, RecordState } from '../border/engine.ts';
import type { PageMessage, WorkerMessage } from '../border/messages.ts';
import { ACKNOWLEDGE_TIMEOUT, atMost } from './hold.ts';

/** A realm that is notified of what changes: a page, or the service worker itself. */
export class Session {
  /** Fetches of whose state it is notified. */
  readonly uids = new Set<string>();
  /** Fetches of whose records it is notified. */
  readonly records = new Set<string>();
  /** Calls that are being worked on, so that a repeated one does not run twice at a time. */
  readonly calls = new Map<number, Promise<void>>();
  readonly #acknowledge = new Map<number, () => void>();
  #port: Pick<MessagePort, 'postMessage'>;
  #acks = 0;
  /** Whether it is worth waiting for: a frozen page is waited for once. */
  #responsive: boolean;

  /** What is in this realm already needs no acknowledgement. */
  constructor(port: Pick<MessagePort, 'postMessage'>, acknowledges: boolean) {
    this.#port = port;
    this.#responsive = acknowledges;
  }

  get port(): Pick<MessagePort, 'postMessage'> {
    return this.#port;
  }

  /** The page's newest port, and a sign of life. What was posted on the one before is not lost: the page closes it. */
  set port(port: MessagePort) {
    this.post({ kind: 'moved' });
    this.#port = port;
    this.#responsive = true;
  }

  post(message: WorkerMessage): void {
    this.#port.postMessage(message);
  }

  /** Resolves when the realm has the state, if it can be expected to say so. */
  async update(state: FetchState): Promise<void> {
    if (state.result === '' || !this.#responsive) return this.post({ kind: 'update', state });
    const ack = (this.#acks += 1);
    const acknowledged = new Promise<void>((resolve) => this.#acknowledge.set(ack, resolve));
    this.post({ kind: 'update', state, ack });
    await atMost(ACKNOWLEDGE_TIMEOUT, acknowledged);
    if (this.#acknowledge.delete(ack)) this.#responsive = false;
  }

  acknowledge(ack: number): void {
    this.#responsive = true;
    this.#acknowledge.get(ack)?.();
    this.#acknowledge.delete(ack);
  }

  /** The page goes away: what it was waited for is not to come. */
  leave(): void {
    for (const ack of this.#acknowledge.keys()) this.acknowledge(ack);
  }
}

/** All realms that the worker knows of. */
export class Sessions {
  readonly local: Session;
  readonly #pages = new Map<string, Session>();

  constructor(local: Session) {
    this.local = local;
  }

  /** The session of a message; undefined for one that an earlier run of this worker had the port of. */
  of(name: string, port: MessagePort | undefined): Session | undefined {
    let session = this.#pages.get(name);
    if (!port) return session;
    if (session) session.port = port;
    else this.#pages.set(name, (session = new Session(port, true)));
    this.#listen(name, session, port);
    return session;
  }

  /** "Update background fetch instances" in every realm that has one. */
  async update(state: FetchState): Promise<void> {
    const notified = this.#all().filter(({ uids }) => uids.has(state.uid));
    await Promise.all(notified.map((session) => session.update(state)));
    if (state.recordsAvailable) return;
    for (const { uids, records } of notified) {
      uids.delete(state.uid);
      records.delete(state.uid);
    }
  }

  recordChanged({ request: _, ...record }: RecordState): void {
    for (const session of this.#all()) {
      if (session.records.has(record.uid)) session.post({ kind: 'record', record });
    }
  }

  #all(): Session[] {
    return [this.local, ...this.#pages.values()];
  }

  #listen(name: string, session: Session, port: MessagePort): void {
    port.onmessage = ({ data }: MessageEvent<PageMessage | null>) => {
      if (data?.kind === 'ack') return session.acknowledge(data.ack);
      // It may have come back with another port meanwhile.
      if (data?.kind !== 'bye' || session.port !== port) return;
      this.#pages.delete(name);
      session.leave();
    };
  }
}
