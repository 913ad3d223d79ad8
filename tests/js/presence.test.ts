/** A page learns of the workers that have work, whenever they come, and keeps them alive. */

import './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { CHANNEL } from '../../js/border/messages.ts';
import type { FakeRegistration } from './environment.ts';
import { closeChannels, locks, makeRegistration, settle } from './environment.ts';
import { FakeWorker } from './fake-worker.ts';

/** Scopes with stored work. */
const stored = new Set<string>();

/** As far as a look goes that creates nothing. */
const indexedDB = {
  databases: async () => [...stored].map((scope) => ({ name: `background-fetch-polyfill:${scope}` })),
  open: () =>
    succeed({
      transaction: () => ({ objectStore: () => ({ count: () => succeed(1) }) }),
      close: () => undefined,
    }),
};

function succeed<T>(result: T): { result: T; onsuccess?: () => void } {
  const request: ReturnType<typeof succeed<T>> = { result };
  setImmediate(() => request.onsuccess?.());
  return request;
}

class Container extends EventTarget {
  listed: FakeRegistration[] = [];
  begin!: (registration: FakeRegistration) => void;
  readonly ready = new Promise<FakeRegistration>((resolve) => (this.begin = resolve));
  getRegistrations = async (): Promise<FakeRegistration[]> => this.listed;
}

let scopes = 0;
let worker: FakeWorker;
let registration: FakeRegistration;
let container: Container;
const page = new EventTarget();
const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });

const kept = (): boolean => worker.received.some(({ kind }) => kind === 'keepAlive');

async function open(): Promise<void> {
  Object.assign(globalThis, { indexedDB, document, addEventListener: page.addEventListener.bind(page) });
  const { attend } = await import('../../js/client/presence.ts');
  attend(container as unknown as ServiceWorkerContainer);
  await settle();
}

/** A fetch that was begun in the worker itself, of which no page has asked. */
async function work(): Promise<void> {
  // The engine of these tests is to keep nothing.
  Object.assign(globalThis, { indexedDB: undefined });
  await worker.run.loader.use((engine) =>
    engine.fetch({
      uid: 'uid',
      id: 'id',
      requests: [],
      title: '',
      icons: [],
      downloadTotal: 0,
      available: 1,
    }),
  );
  Object.assign(globalThis, { indexedDB });
  stored.add(worker.scope);
  worker.run.loader.tell({ active: true });
  await settle();
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  locks.release();
  const scope = `https://app.example/presence ${(scopes += 1)}/`;
  worker = new FakeWorker(scope);
  registration = makeRegistration(scope);
  registration.active = worker;
  container = new Container();
});

afterEach(() => {
  page.dispatchEvent(new Event('pagehide'));
  mock.timers.reset();
  closeChannels();
  stored.clear();
});

test('work that was left is taken up', async () => {
  container.listed = [registration];
  stored.add(worker.scope);
  await open();
  assert.ok(kept());
});

test('no worker is started for nothing', async () => {
  container.listed = [registration];
  await open();
  container.begin(registration);
  await settle();
  assert.deepEqual(worker.received, []);
});

test('a worker that was there is kept alive when it begins to work', async () => {
  container.listed = [registration];
  await open();
  await work();
  assert.ok(kept());
});

test('so is the page’s own that comes later, though the browser does not list it', async () => {
  await open();
  container.begin(registration);
  await settle();
  container.dispatchEvent(new Event('controllerchange'));
  await settle();
  await work();
  assert.ok(kept());
});

test('so is one of another scope that comes later', async () => {
  await open();
  container.listed = [registration];
  await work();
  assert.ok(kept());
});

test('what makes no sense is not heard', async () => {
  container.listed = [registration];
  await open();
  const voice = new BroadcastChannel(CHANNEL);
  for (const data of [
    null,
    0,
    'hello',
    {},
    { scope: 1 },
    { scope: worker.scope },
    { scope: worker.scope, run: {}, active: 0 },
  ]) {
    voice.postMessage(data);
  }
  await settle();
  assert.deepEqual(worker.received, []);
});

test('a page that sleeps hears nothing, and when it comes back, looks', async () => {
  container.listed = [registration];
  await open();
  page.dispatchEvent(new Event('pagehide'));
  await work();
  assert.ok(!kept());
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await settle();
  assert.ok(kept());
});
