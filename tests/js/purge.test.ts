/** `purge()`, `retry()` and `supports()` of `./extras`, against a worker of ours. */

import './environment.ts';

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { configuration } from '../../js/border/configuration.ts';
import { databaseName } from '../../js/border/names.ts';
import { purge } from '../../js/extras/purge.ts';
import { retry } from '../../js/extras/retry.ts';
import { supports } from '../../js/extras/supports.ts';
import { cached, settle } from './environment.ts';
import { installDatabase } from './fake-database.ts';
import { begin, client, elapse, worker } from './protocol-bench.ts';

let deleted: string[];
beforeEach(() => {
  ({ deleted } = installDatabase('none'));
  cached.clear();
});

describe('all goes', () => {
  test('when what is unfinished has been aborted, and its handlers have had their time', async () => {
    await begin('film');
    await begin('another');
    const { engine } = worker.run;
    assert.ok(engine);
    cached.set('an entry', new Response('bytes'));
    let isDone = false;
    const purged = purge(client.registration).then(() => (isDone = true));
    await settle();
    assert.deepEqual(await engine.getIds(), [], 'they are aborted');
    // This engine's handlers never end.
    assert.deepEqual([engine.stopped, deleted, isDone], [false, [], false]);
    await elapse(5_000);
    await purged;
    assert.deepEqual([engine.stopped, new Set(deleted), cached.size], [true, new Set([databaseName(client.scope)]), 0]);
    assert.equal(worker.run.loader.active, false);
    // The next one begins with nothing, in the same worker.
    const { id } = await begin('film');
    assert.equal(id, 'film');
    assert.notEqual(worker.run.engine, engine);
  });

  test('at once, where nothing is unfinished', async () => {
    await purge(client.registration);
    assert.deepEqual([new Set(deleted), worker.log], [new Set([databaseName(client.scope)]), []]);
  });

  test('by this realm, where nobody answers, and the library hears of it', async () => {
    worker.deaf = true;
    const heard = new Promise((resolve) => {
      new BroadcastChannel('background-fetch-polyfill:library').onmessage = resolve;
    });
    const purged = purge(client.registration);
    await settle();
    await elapse(5_000);
    await purged;
    await heard;
    assert.deepEqual(deleted, [databaseName(client.scope)]);
  });

  test('or it is said that it does not', async () => {
    worker.deaf = true;
    Object.assign(indexedDB, { deleteDatabase: () => ({}) });
    const purged = assert.rejects(purge(client.registration), { name: 'InvalidStateError', message: /holds/ });
    await settle();
    await elapse(5_000);
    await elapse(10_000);
    await purged;
  });

  test('slowly, and the worker that is at it is left to it', async () => {
    await begin('film');
    const requests: IDBRequest[] = [];
    const deleteDatabase = () => requests[requests.push({} as IDBRequest) - 1];
    Object.assign(indexedDB, { deleteDatabase });
    const purged = purge(client.registration);
    await settle();
    await elapse(5_000);
    await elapse(15_000);
    assert.equal(worker.run.loader.allowed, true);
    for (const request of requests) {
      request.onsuccess?.(new Event('success'));
      await settle();
    }
    await purged;
    assert.equal(worker.run.loader.allowed, true);
  });

  test('what begins meanwhile waits for that', async () => {
    await begin('film');
    let remove!: () => void;
    const { loader } = worker.run;
    const gone = loader.end(() => new Promise((resolve) => (remove = resolve)));
    await settle();
    const { log } = worker;
    log.length = 0;
    const pending = begin('another');
    await settle();
    assert.deepEqual(log, []);
    remove();
    await gone;
    await settle();
    assert.deepEqual([(await pending).id, log], ['another', ['start']]);
  });

  test('so do preferences, which are of who was logged in', async () => {
    const row = { key: 'preferences', value: { preferences: 'a token' } };
    installDatabase(databaseName(client.scope), { meta: [row] });
    const given: unknown[] = [];
    configuration()[6] = async (preferences) => given.push(preferences) > 0;
    const { hooks } = worker.run.loader;
    await hooks.mayRun();
    await worker.run.loader.end(async () => void installDatabase('none'));
    await hooks.mayRun();
    delete configuration()[6];
    assert.deepEqual(given, ['a token', undefined]);
  });

  test("and where the API is the browser's own, it aborts", async () => {
    const aborted: string[] = [];
    class Manager {
      getIds = async () => ['one', 'gone'];
      get = async (id: string) => (id === 'one' ? { abort: async () => aborted.push(id) > 0 } : undefined);
    }
    Object.assign(client.registration, { backgroundFetch: native(new Manager()) });
    await purge(client.registration);
    assert.deepEqual([aborted, new Set(deleted).size], [['one'], 1]);
  });
});

/** What is the browser's own says so. */
function native<T extends object>(manager: T): T {
  return Object.assign(manager, { constructor: manager.constructor.bind(null) });
}

describe('what has failed', () => {
  const request = (url: string, bodyLength: number | null = null) => ({
    url: `https://app.example/${url}`,
    method: bodyLength === null ? 'GET' : 'POST',
    headers: [['x-token', 'secret']],
    mode: 'cors',
    credentials: 'include',
    cache: 'default',
    redirect: 'follow',
    referrer: '',
    referrerPolicy: '',
    integrity: '',
    bodyLength,
  });
  const row = (uid: string, more: object) => ({
    key: uid,
    value: {
      uid,
      id: 'film',
      title: 'A film',
      icons: [{ src: 'https://app.example/icon.png', sizes: null, type: 'image/png', label: null }],
      downloadTotal: 7,
      records: 1,
      stage: 'over',
      failureReason: 'bad-status',
      ended: 1,
      requests: null,
      ...more,
    },
  });
  const number = { key: 'epoch', value: 3 };
  let begun: unknown[][];

  function have(meta: object[], fetches: object[] = [], records: object[] = [], bodies: object[] = []): void {
    const rows = { meta, fetches, records, bodies } as unknown as Parameters<typeof installDatabase>[1];
    installDatabase(databaseName(client.scope), rows);
    begun = [];
    class Manager {
      fetch = async (...args: unknown[]) => begun.push(args) && 'the new one';
    }
    Object.assign(client.registration, { backgroundFetch: new Manager() });
  }

  const again = () => retry(client.registration, 'film') as unknown as Promise<string>;
  const rejects = (message: RegExp, name = 'InvalidStateError') => assert.rejects(again(), { name, message });

  test('is begun again as it was', async () => {
    const requests = [request('one'), request('two')];
    have([number, row('old', { ended: 1, requests: [request('old')] }), row('new', { ended: 2, requests })]);
    assert.equal(await again(), 'the new one');
    const [[id, asked, options]] = begun as [[string, Request[], object]];
    assert.deepEqual(
      [id, asked.map(({ url, credentials, headers }) => [url, credentials, headers.get('x-token')])],
      ['film', requests.map(({ url }) => [url, 'include', 'secret'])],
    );
    const icons = [{ src: 'https://app.example/icon.png', type: 'image/png' }];
    assert.deepEqual(options, { title: 'A film', downloadTotal: 7, icons });
  });

  test('with its bodies while its event lasts', async () => {
    const ended = row('new', { stage: 'ended', ended: 2 });
    const record = { key: ['new', 0], value: { uid: 'new', index: 0, request: request('up', 4) } };
    const others = { key: ['old', 0], value: { uid: 'old', index: 0, request: request('old') } };
    const body = { key: ['new', 0], value: { uid: 'new', index: 0, body: new Blob(['body']) } };
    have([row('old', { requests: [request('old')] })], [ended], [record, others], [body]);
    await again();
    const [[, [asked]]] = begun as [[string, Request[]]];
    assert.deepEqual([asked?.method, await asked?.text()], ['POST', 'body']);
    // One of them is lost.
    have([], [ended], [record], []);
    await rejects(/not kept/);
  });

  test('or there is nothing to begin again', async () => {
    have([]);
    await rejects(/has failed/);
    have([number, row('other', { id: 'other', requests: [request('one')] })]);
    await rejects(/has failed/);
    // What is newest counts.
    have([row('old', { requests: [request('one')] }), row('new', { ended: 2, failureReason: null })]);
    await rejects(/has failed/);
    have([row('new', {})]);
    await rejects(/not kept/);
    // As an older version has written it.
    have([row('new', { requests: undefined })]);
    await rejects(/not kept/);
    installDatabase('none');
    await rejects(/has failed/);
    assert.deepEqual(begun, []);
  });

  test("or nobody knows, where the API is the browser's own", async () => {
    have([row('new', { requests: [request('one')] })]);
    class Manager {}
    Object.assign(client.registration, { backgroundFetch: native(new Manager()) });
    await rejects(/own/, 'NotSupportedError');
    Object.assign(client.registration, { backgroundFetch: undefined });
    await rejects(/no registration\.backgroundFetch/, 'NotSupportedError');
  });
});

test('what is there to be used', () => {
  const names = ['native', 'pause', 'history', 'retry', 'offline', 'time-travel', 'constructor', ''];
  const supported = () => names.filter((name) => supports(name));
  assert.deepEqual(supported(), ['pause', 'history', 'retry', 'offline']);
  Object.assign(globalThis, { BackgroundFetchManager: EventTarget.bind(null) });
  assert.deepEqual(supported(), ['native', 'offline']);
  Object.assign(globalThis, { BackgroundFetchManager: undefined, indexedDB: undefined });
  assert.deepEqual(supported(), []);
});
