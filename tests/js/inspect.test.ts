/** What `debug()` has noted and warned of, and what `inspect()` makes of that and of the rows. */

import './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { BackgroundFetchRegistration } from '../../js/api/BackgroundFetchRegistration.ts';
import { configuration } from '../../js/border/configuration.ts';
import type { Host } from '../../js/border/engine.ts';
import { databaseName, entryUrl } from '../../js/border/names.ts';
import type { NoteType } from '../../js/border/notes.ts';
import { inspect } from '../../js/inspect/inspect.ts';
import { watchHandlers, watchWorker } from '../../js/inspect/mistakes.ts';
import { Watcher } from '../../js/inspect/watcher.ts';
import { settle } from './environment.ts';
import { installDatabase } from './fake-database.ts';
import { begin, client, elapse, worker } from './protocol-bench.ts';

const FILM = 'https://cdn.example/film?token=secret#t=1';
const STATE = {
  uid: 'u',
  id: 'film',
  uploadTotal: 0,
  uploaded: 0,
  downloadTotal: 0,
  downloaded: 0,
  result: '' as const,
  failureReason: '' as const,
  recordsAvailable: true,
};

/** What the host does, in order. */
const done: string[] = [];
/** What it answers with. */
let answer: () => Promise<Response>;

const host = {
  isAside: () => false,
  fireEvent: async (type: string) => void done.push(type),
  update: async () => void done.push('update'),
  recordChanged: () => void done.push('recordChanged'),
  active: () => void done.push('active'),
  lost: () => void done.push('lost'),
  send: () => answer(),
  put: async () => void done.push('put'),
} as unknown as Host;

let watcher: Watcher;
let watched: Host;
const types = (): NoteType[] => watcher.notes.events.map(({ type }) => type);

beforeEach(() => {
  done.length = 0;
  watcher = new Watcher();
  watched = watcher.watch(host);
  answer = async () => new Response('', { status: 206 });
});

afterEach(() => {
  configuration().length = 0;
});

/** Sends a request as the engine does. Returns what ends it. */
function send(url = FILM, headers: [string, string][] = [['authorization', 'Bearer secret']]): AbortController {
  const aborter = new AbortController();
  const init = { method: 'GET', headers, signal: aborter.signal };
  watched.send(url, init, 0, 0, 0).catch(() => undefined);
  return aborter;
}

describe('the watcher', () => {
  test('lets the host do all, and gives what it gives', async () => {
    host.isAside = () => true;
    assert.equal(watched.isAside('u'), true);
    host.isAside = () => false;
    assert.equal(watched.isAside('u'), false);
    await watched.fireEvent('backgroundfetchsuccess', STATE);
    await watched.update(STATE);
    watched.active(true);
    assert.deepEqual(done, ['backgroundfetchsuccess', 'update', 'active']);
    const response = new Response();
    answer = async () => response;
    assert.equal(await watched.send(FILM, { headers: [] }, 0, 0, 0), response);
  });

  test('notes a connection from its request to its end, and no value of a header', async () => {
    const aborter = send(FILM, [
      ['cookie', 'secret'],
      ['range', 'bytes=1000-1999'],
    ]);
    const [open] = watcher.notes.open;
    assert.ok(open && Math.abs(Date.now() - open.since) < 60_000);
    assert.deepEqual(
      { ...open, since: 0 },
      { connection: 1, url: FILM, method: 'GET', from: 1000, to: 2000, since: 0, status: null },
    );
    await settle();
    assert.equal(watcher.notes.open[0]?.status, 206);
    aborter.abort();
    assert.deepEqual(watcher.notes.open, []);
    assert.deepEqual(types(), ['started', 'sent', 'answered', 'closed']);
    assert.ok(!JSON.stringify(watcher.notes).includes('cookie'));
  });

  test('knows that all comes where all was sent in the place of a part', async () => {
    answer = async () => new Response('');
    send(FILM, [['range', 'bytes=1000-']]);
    assert.deepEqual([watcher.notes.open[0]?.from, watcher.notes.open[0]?.to], [1000, null]);
    await settle();
    assert.equal(watcher.notes.open[0]?.from, 0);
  });

  test('notes why there is no answer, unless the engine did not wait for it', async () => {
    for (const [reason, name] of [
      [2, 'broken'],
      [new TypeError(), 'unreachable'],
    ]) {
      answer = () => Promise.reject(reason);
      send();
      await settle();
      assert.deepEqual(watcher.notes.open, []);
      assert.deepEqual(types().slice(-3), ['sent', 'failed', 'closed']);
      assert.equal(watcher.notes.events.at(-2)?.reason, name);
    }
    send().abort();
    await settle();
    assert.deepEqual(types().slice(-2), ['sent', 'closed']);
  });

  test('forgets what was open when another engine begins', () => {
    send();
    watcher.watch(host);
    assert.deepEqual([watcher.notes.open, types().at(-1)], [[], 'started']);
  });

  test('notes pieces, outcomes, and events with their ends', async () => {
    await watched.put({} as Cache, entryUrl('u/3/1.7'), [new Uint8Array(5), new Uint8Array(6)]);
    await watched.update({ ...STATE, downloaded: 5 });
    await watched.update({ ...STATE, downloaded: 11 });
    await watched.update({ ...STATE, result: 'success' });
    await watched.fireEvent('backgroundfetchsuccess', STATE);
    await watched.update({ ...STATE, result: 'success', recordsAvailable: false });
    watched.active(false);
    watched.lost();
    const noted = watcher.notes.events.slice(1).map(({ at: _, ...note }) => note);
    assert.deepEqual(noted, [
      { type: 'stored', uid: 'u', index: 3, bytes: 11 },
      { type: 'ended', uid: 'u', id: 'film', result: 'success', reason: '' },
      { type: 'event', uid: 'u', id: 'film', event: 'backgroundfetchsuccess' },
      { type: 'handled', uid: 'u', id: 'film', event: 'backgroundfetchsuccess' },
      { type: 'over', uid: 'u', id: 'film' },
      { type: 'idle' },
      { type: 'lost' },
    ]);
  });

  test('has one progress of each fetch, and 200 events at most', async () => {
    for (let bytes = 0; bytes < 50; bytes += 1) await watched.update({ ...STATE, downloaded: bytes });
    assert.deepEqual(types(), ['started', 'progress']);
    for (let count = 0; count < 300; count += 1) watched.active(true);
    assert.equal(types().length, 200);
    assert.ok(!types().includes('started'));
  });
});

test('an engine that begins is given the watched host, and the worker tells what was noted', async () => {
  const about = { 8: (own: Host) => watcher.watch(own), 9: () => watcher.notes };
  assert.equal(await client.call('inspect'), undefined);
  Object.assign(configuration(), about);
  await begin('film');
  worker.run.engine?.host.active(true);
  const notes = await client.call('inspect');
  assert.deepEqual(notes?.events.map(({ type }) => type).slice(-3), ['started', 'busy', 'busy']);
});

describe('inspect()', () => {
  const request = (url: string) => ({ url, method: 'GET', headers: [['authorization', 'secret']] });
  const head = (headers: [string, string][]) => ({ url: FILM, status: 200, headers });
  const row = { icons: [], downloadTotal: 3000, uploadTotal: 0, records: 2, stage: 'active', deliveries: 0 };
  const rows = (uid: string) => ({
    fetches: [
      { key: 'later', value: { ...row, uid: 'later', id: 'later', title: 'Later', order: 5, stage: 'ended' } },
      { key: uid, value: { ...row, uid, id: 'film', title: 'A film', order: 2, failureReason: null } },
    ],
    records: [
      {
        key: [uid, 0],
        value: {
          ...{ uid, index: 0, request: request(FILM), validator: '"1"', version: 1, result: null, tries: 2 },
          ...{ hold: Date.now() + 60_000, seams: [2000] },
          head: head([
            ['content-length', '3000'],
            ['set-cookie', 'secret'],
          ]),
        },
      },
      {
        key: [uid, 1],
        value: {
          ...{ uid, index: 1, request: request('https://app.example/b'), validator: null, version: 1 },
          ...{ result: 'success', tries: 0, hold: Date.now() - 60_000, seams: null },
          head: head([
            ['accept-ranges', 'none'],
            ['content-length', '5'],
            ['content-encoding', 'br'],
          ]),
        },
      },
    ],
    segments: [
      { key: [uid, 0, 0], value: { uid, index: 0, start: 0, length: 1000, entry: `${uid}/0/1.1` } },
      { key: [uid, 0, 2000], value: { uid, index: 0, start: 2000, length: 500, entry: `${uid}/0/1.2` } },
      { key: [uid, 1, 0], value: { uid, index: 1, start: 0, length: 7, entry: `${uid}/1/1.1` } },
    ],
    meta: [{ key: 'epoch', value: 3 }],
  });

  async function look() {
    Object.assign(configuration(), { 8: (own: Host) => watcher.watch(own), 9: () => watcher.notes });
    const { uid } = await begin('film');
    send(FILM, [['range', 'bytes=1000-1999']]);
    send('https://app.example/other');
    await settle();
    installDatabase(databaseName(client.scope), rows(uid));
    return inspect(client.registration);
  }

  afterEach(() => {
    delete (globalThis as { indexedDB?: unknown }).indexedDB;
  });

  test('has rows and notes together', async () => {
    const { fetches, origins, engines, events, at, watched: takesNotes } = await look();
    assert.deepEqual([engines, takesNotes, Math.abs(Date.now() - at) < 60_000], [3, true, true]);
    assert.deepEqual(
      fetches.map(({ id, stage, state, nextAttempt }) => [id, stage, state, nextAttempt]),
      [
        ['film', 'active', 'running', null],
        ['later', 'ended', null, null],
      ],
    );
    const [first, second] = fetches[0]?.records ?? [];
    assert.deepEqual(
      { ...first, parts: first?.parts.map(({ since: _, ...part }) => part) },
      {
        ...{ index: 0, url: 'https://cdn.example/film?…', method: 'GET', result: '', status: 200, length: 3000 },
        ...{ validator: '"1"', responses: 1, attempts: 2, seams: [2000] },
        segments: [
          { start: 0, length: 1000 },
          { start: 2000, length: 500 },
        ],
        parts: [{ connection: 1, from: 1000, to: 2000, status: 206 }],
      },
    );
    assert.deepEqual([second?.result, second?.length, second?.parts], ['success', null, []]);
    const [held] = origins;
    assert.ok(held?.heldUntil && held.heldUntil > at);
    assert.deepEqual(
      origins.map((each) => ({ ...each, heldUntil: each.heldUntil !== null })),
      [
        { origin: 'https://cdn.example', heldUntil: true, connections: 1, ranges: true },
        { origin: 'https://app.example', heldUntil: false, connections: 1, ranges: true },
      ],
    );
    assert.deepEqual(events.map(({ type }) => type).slice(-4), ['sent', 'sent', 'answered', 'answered']);
  });

  test('tells nothing that is secret, unless it is asked for queries', async () => {
    assert.ok(!JSON.stringify(await look()).includes('secret'));
    const all = JSON.stringify(await inspect(client.registration, { queries: true }));
    assert.ok(all.includes('token=secret') && !all.includes('authorization') && !all.includes('cookie'));
  });

  test('says that nobody takes notes, and reads what is stored all the same', async () => {
    const { uid } = await begin('film');
    installDatabase(databaseName(client.scope), rows(uid));
    const { watched: takesNotes, fetches, events } = await inspect(client.registration);
    assert.deepEqual([takesNotes, fetches.length, fetches[0]?.records[0]?.parts, events], [false, 2, [], []]);
  });

  test('without a database there is nothing', async () => {
    installDatabase('none');
    const { fetches, origins, engines } = await inspect(client.registration);
    assert.deepEqual([fetches, origins, engines], [[], [], 0]);
  });
});

describe('warnings', () => {
  const warn = mock.method(console, 'warn', () => undefined);
  const told = (): string =>
    warn.mock.calls.map((call) => String((call as { arguments: unknown[] }).arguments[0])).join('\n');
  const target = new EventTarget();
  /** As of an app whose handlers were there before. */
  let before: ((event: FetchEvent) => void) | undefined;
  target.addEventListener('backgroundfetchsuccess', (event) => before?.(event as FetchEvent));
  watchHandlers(target);

  beforeEach(() => warn.mock.resetCalls());

  function fire(handler: ((event: FetchEvent) => void) | undefined, type = 'backgroundfetchsuccess') {
    const promises: unknown[] = [];
    const event = new FetchEvent(type, promises);
    if (handler) target.addEventListener(type, handler as (event: Event) => void, { once: true });
    target.dispatchEvent(event);
    return promises;
  }

  class FetchEvent extends Event {
    readonly #promises: unknown[];

    constructor(type: string, promises: unknown[]) {
      super(type);
      this.#promises = promises;
    }

    get registration() {
      return BackgroundFetchRegistration;
    }

    waitUntil(promise: unknown): void {
      this.#promises.push(promise);
    }
  }

  test('none where a handler waits, or looks, or where nothing has come', async () => {
    const promise = Promise.resolve();
    assert.deepEqual(
      fire((event) => event.waitUntil(promise)),
      [promise],
    );
    fire(({ registration }) => assert.equal(registration, BackgroundFetchRegistration));
    fire(undefined, 'backgroundfetchabort');
    for (before of [(event: FetchEvent) => event.waitUntil(promise), (event: FetchEvent) => void event.registration]) {
      fire(undefined);
    }
    before = undefined;
    await elapse(10);
    assert.equal(told(), '');
  });

  test('of a success that nobody takes, once', async () => {
    fire(undefined);
    fire(() => undefined);
    await elapse(10);
    assert.match(told(), /^.*No handler of 'backgroundfetchsuccess'.*$/);
  });

  test('of a worker without the polyfill, once', async () => {
    Object.assign(globalThis, { indexedDB: {} });
    const registration = Object.assign(client.registration, { backgroundFetch: new (class Manager {})() });
    const container = { ready: Promise.resolve(registration) } as unknown as ServiceWorkerContainer;
    const fetched = mock.method(globalThis, 'fetch', async () => new Response());
    await watchWorker(container);
    assert.equal(told(), '', 'it has it');
    worker.deaf = true;
    for (let times = 0; times < 2; times += 1) {
      const looking = watchWorker(container);
      await settle();
      await elapse(5_000);
      await looking;
    }
    fetched.mock.restore();
    assert.match(told(), /^.*worker\.js does not answer.*background-fetch-polyfill\/sw.*$/);
    delete (globalThis as { indexedDB?: unknown }).indexedDB;
  });
});
