/** What wakes the worker, and what the app notices of that: nothing. */

import './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { EngineLoader } from '../../js/worker/engine-loader.ts';
import { SYNC_TAG, type WorkerHost } from '../../js/worker/host.ts';
import { listen } from '../../js/worker/occasions.ts';
import type { Server } from '../../js/worker/server.ts';
import { closeChannels, settle } from './environment.ts';
import { FakeWorker, Trap } from './fake-worker.ts';

class Registration extends EventTarget {
  active: object | null = {};
  waiting = null;
  scope = 'https://app.example/occasions/';
}

class Global extends EventTarget {
  readonly registration = new Registration();
}

let global: Global;
let worker: FakeWorker;
let proven: number;

beforeEach(() => {
  global = new Global();
  worker = new FakeWorker(global.registration.scope);
  proven = 0;
  const { loader, server } = worker.run;
  loader.proveActive = () => void (proven += 1);
  listen(global as unknown as ServiceWorkerGlobalScope, server, loader, { registerSync() {} } as WorkerHost);
});

afterEach(() => {
  worker.kill();
  closeChannels();
});

/** Fires an event that is as the browser's; what it was asked to wait for, and whether it reached the app. */
function fire(type: string, more: object = {}): { waits: Promise<unknown>[]; reached: boolean } {
  const waits: Promise<unknown>[] = [];
  let reached = false;
  global.addEventListener(type, () => (reached = true), { once: true });
  const waitUntil = (promise: Promise<unknown>): void => void waits.push(promise);
  global.dispatchEvent(Object.assign(new Event(type), { waitUntil, ...more }));
  return { waits, reached };
}

describe('an engine that cannot be loaded', () => {
  const fails = (): void => {
    const { server } = worker.run;
    server.resume = () => Promise.reject(new TypeError('Failed to fetch'));
  };

  for (const type of ['push', 'periodicsync', 'notificationclick']) {
    test(`does not fail the app's ${type}`, async () => {
      fails();
      const { waits, reached } = fire(type);
      assert.equal(reached, true);
      await Promise.all(waits);
      assert.equal(proven, 1);
    });
  }

  test("does not fail the app's sync, nor hold it", async () => {
    fails();
    const { waits, reached } = fire('sync', { tag: 'outbox' });
    assert.deepEqual([waits, reached], [[], true]);
    await settle();
  });

  test('fails our own sync, so that the browser repeats it', async () => {
    fails();
    const { waits, reached } = fire('sync', { tag: SYNC_TAG });
    assert.equal(reached, false);
    await assert.rejects(Promise.all(waits), TypeError);
  });
});

test('an app is installed though the storage hangs', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { loader } = worker.run;
  loader.keep = () => new Promise(() => undefined);
  const { waits } = fire('install');
  assert.equal(waits.length, 1);
  let installed = false;
  void Promise.all(waits).then(() => (installed = true));
  mock.timers.tick(4_999);
  await settle();
  assert.equal(installed, false);
  mock.timers.tick(1);
  await settle();
  assert.equal(installed, true);
});

test('what is called but cannot be answered as it is, is answered with an error', async () => {
  const { port1, port2 } = new MessageChannel();
  const answers: { kind: string; id: number; error: Error }[] = [];
  port1.onmessage = ({ data }) => answers.push(data);
  const { loader, server } = worker.run as { loader: EngineLoader; server: Server };
  const { engine } = await loader.use(async (engine) => ({ engine }));
  engine.get = async () => (() => undefined) as never;
  worker.postMessage(
    { brand: 'background-fetch-polyfill', version: 1, session: 's', id: 7, kind: 'get', args: ['id'] },
    [port2],
  );
  await settle();
  const answer = answers.find(({ kind }) => kind === 'error');
  assert.deepEqual([answer?.id, answer?.error.name], [7, 'DataCloneError']);
  assert.ok(server);
  port1.close();
});

describe('an error that nobody has caught', () => {
  const start = async (): Promise<void> => {
    await worker.run.loader.use((engine) => engine.getIds());
    assert.ok(worker.run.loader.loaded);
  };

  test('of the app’s own WebAssembly leaves the engine alone', async () => {
    await start();
    const error = new WebAssembly.RuntimeError('unreachable');
    fire('error', { error });
    fire('unhandledrejection', { reason: error });
    assert.ok(worker.run.loader.loaded);
  });

  test('of the engine makes room for another', async () => {
    await start();
    fire('error', { error: new Trap('unreachable') });
    assert.ok(!worker.run.loader.loaded);
    await start();
    fire('unhandledrejection', { reason: new Trap('unreachable') });
    assert.ok(!worker.run.loader.loaded);
  });
});
