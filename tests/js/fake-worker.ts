/** A service worker of ours in the same realm, that can be killed; its engine is the fake one. */

import type { EventType, FetchState, Host, RecordState } from '../../js/border/engine.ts';
import { put } from '../../js/worker/bytes.ts';
import { EngineLoader, type EngineModule } from '../../js/worker/engine-loader.ts';
import { Server } from '../../js/worker/server.ts';
import { Session, Sessions } from '../../js/worker/sessions.ts';
import { FakeEngine } from './fake-engine.ts';

/** What is thrown out of an engine, which has died of it. */
export class Trap extends WebAssembly.RuntimeError {}

/** Everything that one run of the worker has. */
class Run {
  readonly sessions = new Sessions(new Session({ postMessage: () => undefined }, false));
  readonly events: [EventType, FetchState][] = [];
  readonly ports: MessagePort[] = [];
  /** Those that no side has closed. */
  readonly open = new Set<MessagePort>();
  readonly loader: EngineLoader;
  readonly server: Server;
  engine: FakeEngine | undefined;

  constructor(worker: FakeWorker) {
    const host: Host = {
      fireEvent: async (type, state) => void this.events.push([type, state]),
      update: (state: FetchState) => this.sessions.update(state),
      recordChanged: (record: RecordState) => this.sessions.recordChanged(record),
      active: (active) => {
        this.loader.checkIdle();
        if (active) this.loader.tell({ active });
      },
      lost: () => this.loader.lose(),
      isAside: () => false,
      entries: (cache) => cache.keys(),
      send: (url, init) => fetch(url, init),
      put,
    };
    const module: EngineModule = {
      keep: async () => undefined,
      instantiate: async () => void worker.log.push('instantiate'),
      isTrap: (error) => error instanceof Trap,
      reset: () => void worker.log.push('reset'),
      start: async (scope, itsHost) => {
        worker.log.push('start');
        if (worker.isBroken) throw { name: 'UnknownError', message: 'Connection to Indexed Database server lost' };
        this.engine = new FakeEngine(scope, itsHost);
        this.engine.performs = false;
        return this.engine;
      },
    };
    this.loader = new EngineLoader(module, worker.scope, host, {
      get isActive() {
        return worker.state === 'activated';
      },
      prove: () => undefined,
    });
    this.server = new Server(worker, this.sessions, this.loader);
  }

  take(port: MessagePort & Partial<NodeJS.EventEmitter>): void {
    this.ports.push(port);
    this.open.add(port);
    port.on?.('close', () => this.open.delete(port));
  }
}

export class FakeWorker {
  readonly scriptURL = 'https://app.example/worker.js';
  /** Of its registration. */
  waiting: ServiceWorker | null = null;
  readonly log: string[] = [];
  /** The app's own messages. */
  readonly leaked: unknown[] = [];
  /** What was posted, ours and the app's. */
  readonly received: { kind?: string; args?: unknown[] }[] = [];
  readonly holds: Promise<unknown>[] = [];
  state: ServiceWorkerState = 'activated';
  run: Run;
  /** As a worker without our code. */
  deaf = false;
  /** What has been posted to one that has not started yet; `undefined` where it has. */
  #waiting: (() => void)[] | undefined;
  /** No engine can begin. */
  isBroken = false;
  readonly scope: string;

  constructor(scope: string) {
    this.scope = scope;
    this.run = new Run(this);
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    const [data, ...ports] = structuredClone([message, ...transfer], { transfer });
    const { run } = this;
    this.received.push(data);
    const deliver = (): void => {
      if (run !== this.run) return;
      for (const port of ports) run.take(port);
      if (this.deaf) return;
      let stopped = false;
      const event = {
        data,
        ports,
        waitUntil: (promise: Promise<unknown>) => this.holds.push(promise),
        stopImmediatePropagation: () => (stopped = true),
      };
      run.server.receive(event as unknown as ExtendableMessageEvent);
      if (!stopped) this.leaked.push(data);
    };
    if (this.#waiting) this.#waiting.push(deliver);
    else setImmediate(deliver);
  }

  /** From now on, what is posted waits until it has started. */
  startSlowly(): void {
    this.#waiting = [];
  }

  started(): void {
    this.#waiting?.forEach((deliver) => void setImmediate(deliver));
    this.#waiting = undefined;
  }

  /** The next message starts it again. */
  kill(): void {
    for (const port of this.run.ports) port.close();
    this.run = new Run(this);
  }
}
