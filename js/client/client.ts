import { liveInstances, loseInstance, updateInstance } from '../api/instances.ts';
import { updateRecord, withLiveRecords } from '../api/live-record.ts';
import type { Connection } from '../border/messages.ts';
import {
  type Answer,
  type Arguments,
  BRAND,
  type CallMessage,
  type Kind,
  type News,
  type PageMessage,
  VERSION,
  type WorkerMessage,
} from '../border/messages.ts';
import { invalidState, toException } from '../webidl/exceptions.ts';
import { KeepAlive } from './keep-alive.ts';

/** An answer that takes longer is lost with the worker that owed it. */
const ANSWER_TIMEOUT = 10_000;

/** A call that holds the worker is answered after about 20 s. */
const HOLD_TIMEOUT = 30_000;

/** One that only wakes it, at once; unless it was lost in a worker that was just dying. */
const WAKE_TIMEOUT = 2_000;

/**
 * A worker answers a new port as soon as it has started. What was posted to one that was just dying
 * is lost; so it is posted again after this time, then after twice as long, and so on.
 */
const WELCOME_TIMEOUT = 1_000;

/** So often a call is sent before it fails. A worker without our code never answers. */
const ATTEMPTS = 4;

interface Pending {
  message: CallMessage;
  attempts: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Where its answer will come, if it comes. */
  port: MessagePort | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A realm's connection to the active worker of one registration, which may be stopped at any time. */
export class Client implements Connection {
  readonly keepAlive = new KeepAlive(this);
  /** The run of the worker to which the port leads. */
  run: string | undefined;
  readonly #session = crypto.randomUUID();
  readonly #pending = new Map<number, Pending>();
  #registration: ServiceWorkerRegistration;
  #calls = 0;
  /** Runs until the worker answers a new port. */
  #welcome: ReturnType<typeof setTimeout> | undefined;
  #patience = WELCOME_TIMEOUT;
  #port: MessagePort | undefined;

  constructor(registration: ServiceWorkerRegistration) {
    this.#registration = registration;
  }

  get scope(): string {
    return this.#registration.scope;
  }

  get available(): boolean {
    return this.#registration.active !== null;
  }

  /**
   * The registration's newest object in this realm, to which a strong reference must be kept: of
   * one that is got again, Firefox may show no workers.
   */
  set registration(registration: ServiceWorkerRegistration) {
    this.#registration = registration;
  }

  async call<K extends Kind>(kind: K, ...args: Arguments<K>): Promise<Answer<K>> {
    const id = (this.#calls += 1);
    const message: CallMessage<K> = {
      brand: BRAND,
      version: VERSION,
      session: this.#session,
      id,
      kind,
      args,
    };
    const answer = await new Promise((resolve, reject) => {
      const pending: Pending = { message, attempts: 0, timer: undefined, port: undefined, resolve, reject };
      this.#pending.set(id, pending);
      this.#send(pending);
    });
    // A new fetch, or an object of one that runs, is a reason to stay.
    if (kind === 'fetch' || (kind === 'get' && answer)) this.keepAlive.start();
    return answer as Answer<K>;
  }

  /** What the worker tells all pages. */
  hear(news: News): void {
    if (news.kind === 'hello' && news.run !== this.run) this.reconnect();
    if (news.kind === 'active' || news.active) this.keepAlive.start();
  }

  /** The page goes away, perhaps for good: nobody need wait for it. */
  leave(): void {
    this.keepAlive.sleep();
    this.#port?.postMessage({ kind: 'bye' } satisfies PageMessage);
    this.#port = undefined;
  }

  /** The worker that knew this page is gone: everything that it owes is asked for again. */
  reconnect(): void {
    this.#port = undefined;
    void this.#subscribe();
    for (const call of this.#pending.values()) {
      if (call.message.kind !== 'subscribe') this.#send(call);
    }
  }

  async #subscribe(): Promise<void> {
    const uids = liveInstances(this);
    if (uids.length === 0) return;
    // An older one has nothing to add.
    for (const { message } of this.#pending.values()) {
      if (message.kind === 'subscribe') this.#settle(message.id);
    }
    try {
      const states = await this.call('subscribe', uids, withLiveRecords(uids));
      uids.forEach((uid, index) => {
        const state = states[index];
        if (state) updateInstance(state);
        else loseInstance(uid);
      });
    } catch {
      // Nobody answers. The next worker that does will say hello.
    }
  }

  #send(call: Pending): void {
    clearTimeout(call.timer);
    const worker = this.#registration.active;
    if (!worker || call.attempts === ATTEMPTS) {
      this.#settle(call.message.id)?.reject(noAnswer(worker));
      return;
    }
    call.attempts += 1;
    call.timer = setTimeout(() => this.#resend(call), timeoutOf(call.message));
    try {
      const transfer = this.#port ? [] : [this.#connect()];
      call.port = this.#port;
      worker.postMessage(call.message, transfer);
    } catch (error) {
      this.#settle(call.message.id)?.reject(error as Error);
    }
  }

  /** The port may be as dead as the worker, so a new one goes with it. */
  #resend(call: Pending): void {
    this.#port = undefined;
    this.#send(call);
    if (call.message.kind !== 'subscribe') void this.#subscribe();
  }

  #connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      try {
        this.#receive(data, port1);
      } catch {
        // A worker without our code may answer anything.
      }
    };
    this.#port = port1;
    this.#expectWelcome(port1);
    return port2;
  }

  #expectWelcome(port: MessagePort): void {
    clearTimeout(this.#welcome);
    this.#welcome = setTimeout(() => {
      if (this.#port !== port) return;
      this.#patience *= 2;
      this.#port = undefined;
      for (const call of [...this.#pending.values()]) this.#send(call);
    }, this.#patience);
  }

  /** The worker is there. Of what was asked on other ports, another run of it may owe the answer. */
  #welcomed(run: string, port: MessagePort): void {
    clearTimeout(this.#welcome);
    this.#patience = WELCOME_TIMEOUT;
    if (run === this.run) return;
    this.run = run;
    for (const call of [...this.#pending.values()]) {
      call.attempts = 0;
      if (call.port !== port) this.#send(call);
    }
  }

  #receive(message: WorkerMessage, port: MessagePort): void {
    switch (message.kind) {
      case 'welcome':
        return this.#welcomed(message.run, port);
      case 'busy':
        return this.#encourage(message.id);
      case 'answer':
        return this.#settle(message.id)?.resolve(message.value);
      case 'error': {
        // First of all, as it may be no error.
        const error = toException(message.error);
        return this.#settle(message.id)?.reject(error);
      }
      case 'record':
        updateRecord(message.record);
        return;
      case 'update':
        updateInstance(message.state);
        if (message.ack !== undefined) {
          port.postMessage({ kind: 'ack', ack: message.ack } satisfies PageMessage);
        }
    }
  }

  /** A call that takes its time (bodies of gigabytes to store, say) does not fail for that. */
  #encourage(id: number): void {
    const call = this.#pending.get(id);
    if (call) call.attempts = 0;
  }

  #settle(id: number): Pending | undefined {
    const call = this.#pending.get(id);
    clearTimeout(call?.timer);
    this.#pending.delete(id);
    return call;
  }
}

function timeoutOf({ kind, args: [hold] }: CallMessage): number {
  if (kind !== 'keepAlive') return ANSWER_TIMEOUT;
  return hold ? HOLD_TIMEOUT : WAKE_TIMEOUT;
}

function noAnswer(worker: ServiceWorker | null): Error {
  return invalidState(
    worker
      ? `The service worker ${worker.scriptURL} does not answer: does it import background-fetch-polyfill?`
      : 'There is no active service worker.',
  );
}
