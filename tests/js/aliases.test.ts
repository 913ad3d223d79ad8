/** The names that guides use, over this library; `tests/docs` runs the guide over what takes itself for the browser's own. */

import './environment.ts';

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { installAliases } from '../../js/aliases/install.ts';
import { databaseName } from '../../js/border/names.ts';
import { install } from '../../js/install.ts';
import { makeRegistration } from './environment.ts';
import { installDatabase } from './fake-database.ts';
import { client, elapse, worker } from './protocol-bench.ts';

interface Aliased extends EventTarget {
  id: string;
  downloadTotal: number;
  uploadBytesReceived: number;
  downloadBytesReceived: number;
  start(): Promise<Aliased>;
  getStatus(): Promise<{ state: string; title: string }>;
}

interface Manager {
  fetch(id: string, requests: string | string[], options?: unknown): Promise<Aliased>;
  get(id: string): Promise<Aliased | undefined>;
  getIds(): Promise<string[]>;
  abort(id?: string): Promise<boolean>;
  configure(config?: unknown): Promise<{ downloadTotal: number }>;
}

const global = globalThis as unknown as {
  BackgroundFetchManager?: { prototype: object };
  BackgroundFetchRegistration?: { prototype: object };
  BackgroundFetchConfig?: new (members?: unknown) => { downloadTotal: number };
};

/** Where each name is looked for. */
const places = () => ({
  navigator: Navigator.prototype,
  manager: global.BackgroundFetchManager?.prototype ?? {},
  fetch: global.BackgroundFetchRegistration?.prototype ?? {},
  global: globalThis,
});
const NAMES: [place: keyof ReturnType<typeof places>, name: string][] = [
  ['navigator', 'backgroundFetch'],
  ['manager', 'abort'],
  ['manager', 'configure'],
  ['fetch', 'start'],
  ['fetch', 'getStatus'],
  ['fetch', 'uploadBytesReceived'],
  ['fetch', 'downloadBytesReceived'],
  ['global', 'BackgroundFetchConfig'],
];
const there = () => NAMES.filter(([place, name]) => name in places()[place]).map(([, name]) => name);

/** As of a browser: Node.js 20 has none. */
class Navigator {}

let page: Manager;
before(() => {
  Object.assign(globalThis, { Navigator });
  const { prototype } = globalThis.ServiceWorkerRegistration;
  // In Node.js the API is not there, and nothing is to be extended.
  assert.equal(installAliases(), false);
  assert.deepEqual(there(), []);
  install(() => client);
  assert.deepEqual(there(), [], 'what is installed has none of these names');
  assert.equal(installAliases(), true);
  const getter = Object.getOwnPropertyDescriptor(prototype, 'backgroundFetch');
  assert.equal(installAliases(), true);
  assert.deepEqual(Object.getOwnPropertyDescriptor(prototype, 'backgroundFetch'), getter, 'nothing is done twice');
});

/** The manager of a registration whose worker is that of the bench. */
function open(): void {
  const registration = makeRegistration(client.scope);
  registration.active = worker;
  // Something is stored.
  installDatabase(databaseName(client.scope), { fetches: [{ key: 'any', value: {} }] });
  Object.assign(globalThis, { registration });
  page = (registration as unknown as { backgroundFetch: Manager }).backgroundFetch;
}

test('all names are there, as those of interfaces are', () => {
  assert.deepEqual(
    there(),
    NAMES.map(([, name]) => name),
  );
  for (const [place, name] of NAMES) {
    const descriptor = Object.getOwnPropertyDescriptor(places()[place], name);
    assert.equal(descriptor?.enumerable, place !== 'global', name);
    assert.equal(descriptor?.configurable, true, name);
  }
  const manager = global.BackgroundFetchManager?.prototype as Manager;
  assert.deepEqual([manager.fetch.name, manager.fetch.length], ['fetch', 2]);
  assert.deepEqual([manager.get.name, manager.get.length], ['get', 1]);
});

describe('a manager', () => {
  test('aborts by id', async () => {
    open();
    await page.fetch('film', '/film');
    assert.equal(await page.abort('film'), true);
    assert.equal(await page.abort('none'), false);
    await assert.rejects(page.abort(), TypeError);
  });

  test('has a limit for what has none', async () => {
    open();
    const { BackgroundFetchConfig } = global;
    assert.ok(BackgroundFetchConfig);
    assert.equal((await page.configure()).downloadTotal, 0);
    const config = await page.configure(new BackgroundFetchConfig({ downloadTotal: '100' }));
    assert.ok(config instanceof BackgroundFetchConfig);
    assert.deepEqual({ ...config }, { downloadTotal: 100 });
    const total = async (options?: unknown) => {
      const fetch = await page.fetch(`film ${Math.random()}`, '/film', options);
      return fetch.downloadTotal;
    };
    assert.deepEqual(
      [await total(), await total({}), await total(null), await total({ title: 'A film', downloadTotal: undefined })],
      [100, 100, 100, 100],
    );
    assert.deepEqual([await total({ downloadTotal: 7 }), await total({ downloadTotal: 0 })], [7, 0]);
    await assert.rejects(page.fetch('film', '/film', 5), TypeError);
    await assert.rejects((page.fetch as unknown as (id: string) => Promise<void>)('film'), TypeError);
    await assert.rejects(page.configure({ total: 1 }), { name: 'TypeError', message: /"total"/ });
    await assert.rejects(page.configure(5), TypeError);
    assert.equal((await page.configure({ downloadTotal: undefined })).downloadTotal, 100);
    assert.equal((await page.configure({ downloadTotal: 0 })).downloadTotal, 0);
    assert.equal(await total(), 0);
  });

  test('is that of the navigator, too', async () => {
    open();
    const { backgroundFetch } = Navigator.prototype as unknown as { backgroundFetch: Manager };
    const { prototype } = global.BackgroundFetchManager as { prototype: object };
    assert.ok(Object.prototype.isPrototypeOf.call(prototype, backgroundFetch));
    const fetch = await backgroundFetch.fetch('film', ['/film']);
    assert.equal(await backgroundFetch.get('film'), fetch);
    assert.deepEqual(await backgroundFetch.getIds(), ['film']);
    assert.equal((await backgroundFetch.configure()).downloadTotal, 0);
    assert.equal(await backgroundFetch.abort('film'), true);
  });
});

describe('a fetch', () => {
  test('tells what has come, and how it is', async () => {
    open();
    const fetch = await page.fetch('film', '/film');
    assert.deepEqual([fetch.uploadBytesReceived, fetch.downloadBytesReceived], [0, 0]);
    const { state, title } = await fetch.getStatus();
    assert.deepEqual([state, title], ['running', 'A film']);
    const prototype = global.BackgroundFetchRegistration?.prototype as Aliased;
    assert.throws(() => prototype.downloadBytesReceived, TypeError);
    await assert.rejects(prototype.start(), TypeError);
  });

  test('goes on when it is started, and not when all is over', async () => {
    open();
    const fetch = await page.fetch('film', '/film');
    const { engine } = worker.run;
    assert.ok(engine);
    const asked: unknown[] = [];
    engine.pause = async (...args: unknown[]) => asked.push(args) > 0;
    assert.equal(await fetch.start(), fetch);
    assert.deepEqual(
      asked.map((args) => (args as unknown[])[1]),
      [false],
    );
    engine.pause = async () => false;
    await assert.rejects(fetch.start(), { name: 'InvalidStateError' });
    const [job] = engine.jobs.values();
    assert.ok(job);
    void engine.host.update({ ...job.state, result: 'success' });
    await elapse(1_000);
    await assert.rejects(fetch.start(), { name: 'InvalidStateError', message: /succeeded/ });
  });

  test('begins again when it has failed', async () => {
    open();
    const fetch = await page.fetch('film', '/film');
    const [job] = worker.run.engine?.jobs.values() ?? [];
    assert.ok(job);
    void worker.run.engine?.host.update({ ...job.state, result: 'failure', failureReason: 'bad-status' });
    await elapse(1_000);
    // What the engine would have left.
    job.settled = true;
    const [{ request }] = job.records as [{ request: object }];
    const row = { uid: 'old', id: 'film', title: '', icons: [], downloadTotal: 9, failureReason: 'bad-status' };
    const value = { ...row, ended: 1, records: 1, stage: 'over', requests: [{ ...request, bodyLength: null }] };
    installDatabase(databaseName(client.scope), { meta: [{ key: 'old', value }] });
    const again = await fetch.start();
    assert.notEqual(again, fetch);
    assert.deepEqual([again.id, again.downloadTotal], ['film', 9]);
  });
});
