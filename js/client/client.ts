import { liveInstances, loseInstance, updateInstance } from '../api/instances.ts';
import { updateRecord, withLiveRecords } from '../api/live-record.ts';
import type { Connection } from '../border/connection.ts';
import type { FetchState } from '../border/engine.ts';
import {
  type Answer,
  type Arguments,
  BRAND,
  type CallMessage,
  type Kind,
  NEEDED,
  type News,
  type PageMessage,
  type WorkerMessage,
} from '../border/messages.ts';
import { hasStoredWork } from '../border/stored-work.ts';
import { invalidState, toException } from '../webidl/exceptions.ts';
import { keepAlive } from './keep-alive.ts';

/**
 * A worker welcomes each call as soon as it has started. What was posted to one that was just dying is lost; so it is
 * posted again after this time, then after twice as long, and so on.
 */
const WELCOME_TIMEOUT = 1_000;

/** So often a call is sent before it fails: after 7 s. A worker without our code never answers. */
const ATTEMPTS = 3;

/** The same, where one of ours has answered before: 15 s, as it may be slow to start. */
const PATIENT = 4;

/** So long a worker that has not answered is believed not to. */
const DEAF_TIME = 60_000;

/** An answer that takes longer is lost with the worker that owed it. */
const ANSWER_TIMEOUT = 10_000;

/** A call that holds the worker is answered after about 20 s. */
const HOLD_TIMEOUT = 30_000;

interface Pending {
  message: CallMessage;
  attempts: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** The run of the worker that owes the answer. */
  run?: string | undefined;
  port?: MessagePort | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A realm's connection to the active worker of one registration, which may be stopped at any time. */
export class Client implements Connection {
  readonly keepAlive = keepAlive(this);
  /** The run of the worker that has answered last. */
  run: string | undefined;
  /**
   * The newest object of it in this realm, to which a strong reference must be kept: of one that is got again,
   * Firefox may show no workers.
   */
  registration: ServiceWorkerRegistration;
  readonly #session = crypto.randomUUID();
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  /** The newest on which the worker has answered. */
  #port: MessagePort | undefined;
  /** A worker that does not answer. */
  #deaf: ServiceWorker | null | undefined;

  constructor(registration: ServiceWorkerRegistration) {
    this.registration = registration;
  }

  get scope(): string {
    return this.registration.scope;
  }

  get available(): boolean {
    return this.registration.active !== null;
  }

  async hasWork(): Promise<boolean> {
    return this.available && hasStoredWork(this.scope);
  }

  async call<K extends Kind>(kind: K, ...args: Arguments<K>): Promise<Answer<K>> {
    const id = (this.#calls += 1);
    const message: CallMessage<K> = { brand: BRAND, version: NEEDED, session: this.#session, id, kind, args };
    const answer = await new Promise((resolve, reject) => {
      const call: Pending = {
        message,
        attempts: 0,
        resolve,
        reject,
      };
      this.#pending.set(id, call);
      this.#send(call);
    });
    // A new fetch, or an object of one that runs, is a reason to stay.
    if ((answer as Partial<FetchState> | undefined)?.uid) this.keepAlive.start();
    return answer as Answer<K>;
  }

  /** What the worker tells all pages. */
  hear(news: News): void {
    if (news.run) this.reconnect(news.run);
    if (news.active) this.keepAlive.start();
  }

  /** The page goes away, perhaps for good: nobody need wait for it. A message would end its sleep. */
  leave(): void {
    this.keepAlive.sleep();
    this.#close(this.#port);
    // Which of them the worker knows by then is not known here.
    for (const { port } of this.#pending.values()) this.#close(port);
  }

  /** The worker that knew this page is gone: everything that it owes is asked for again, of the next one. */
  reconnect(run?: string, all = true): void {
    this.#deaf = undefined;
    if (run && run === this.run) return;
    this.run = run;
    this.#retire(this.#port);
    this.#port = undefined;
    const calls = [...this.#pending.values()];
    void this.#subscribe();
    for (const call of calls) {
      call.attempts = 0;
      if (call.run ? call.run !== run : all) this.#send(call);
    }
  }

  async #subscribe(): Promise<void> {
    const uids = liveInstances(this);
    if (!uids.length) return;
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
    // The answer may have come before a later welcome.
    if (!this.#pending.has(call.message.id)) return;
    const { active } = this.registration;
    const first = call.attempts === 0;
    const most = this.run ? PATIENT : ATTEMPTS;
    if (!active || (first && active === this.#deaf) || call.attempts === most) {
      if (!first && !call.run) {
        // For a while, so that each call need not wait as long as the first.
        this.#deaf = active;
        setTimeout(() => (this.#deaf = undefined), DEAF_TIME);
      }
      this.#settle(call.message.id)?.reject(noAnswer(this.registration));
      return;
    }
    const { port1, port2 } = new MessageChannel();
    call.port = port1;
    port1.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      try {
        this.#receive(data, port1, call);
      } catch {
        // A worker without our code may answer anything.
      }
    };
    const time = WELCOME_TIMEOUT * 2 ** call.attempts;
    this.#expect(call, time);
    // A second before it fails, as the welcome may take a while.
    call.message.until = Date.now() + WELCOME_TIMEOUT * (2 ** most - 1) - time;
    call.attempts += 1;
    call.run = undefined;
    try {
      active.postMessage(call.message, [port2]);
    } catch (error) {
      this.#settle(call.message.id)?.reject(error as Error);
    }
  }

  /** Sends a call again if nothing is heard. */
  #expect(call: Pending, time: number): void {
    clearTimeout(call.timer);
    call.timer = setTimeout(() => this.#send(call), time);
  }

  #receive(message: WorkerMessage, port: MessagePort, call: Pending): void {
    switch (message.kind) {
      case 'welcome':
        call.run = message.run;
        this.#expect(call, timeoutOf(call.message));
        this.reconnect(message.run, false);
        this.#port = port;
        return;
      case 'moved':
        return this.#retire(port);
      case 'busy':
        // A call that takes its time (bodies of gigabytes to store, say) does not fail for that.
        call.attempts = 0;
        return;
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

  #close(port: MessagePort | undefined): void {
    port?.postMessage({ kind: 'bye' } satisfies PageMessage);
    port?.close();
  }

  /** By then the newer one has been heard of, and what was on its way is here. */
  #retire(port: MessagePort | undefined): void {
    setTimeout(() => {
      if (port !== this.#port) port?.close();
    }, WELCOME_TIMEOUT);
  }

  #settle(id: number): Pending | undefined {
    const call = this.#pending.get(id);
    clearTimeout(call?.timer);
    this.#pending.delete(id);
    return call;
  }
}

/** Only that call has such an argument. */
const timeoutOf = ({ args: [hold] }: CallMessage): number => (hold === true ? HOLD_TIMEOUT : ANSWER_TIMEOUT);

function noAnswer({ active, installing, waiting }: ServiceWorkerRegistration): Error {
  return invalidState(
    active
      ? `The service worker ${active.scriptURL} does not answer: does it import background-fetch-polyfill/sw?${
          installing || waiting ? ' A newer one waits.' : ''
        }`
      : 'There is no active service worker.',
  );
}
