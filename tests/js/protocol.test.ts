import { closeChannels, hearing, locks, makeRegistration, settle } from './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';

import type { FetchState } from '../../js/engine/types.ts';
import { instanceOf } from '../../js/impl/instances.ts';
import { Client } from '../../js/protocol/client.ts';
import { BRAND, CHANNEL, VERSION } from '../../js/protocol/messages.ts';
import { FakeWorker } from './fake-worker.ts';

let uids = 0;
let worker: FakeWorker;
let client: Client;

const args = (id = 'id') => ({
  uid: `uid ${(uids += 1)}`, id, requests: [], title: '', icons: [], downloadTotal: 0,
});
const kinds = (): (string | undefined)[] => worker.received.map(({ kind }) => kind);
const calls = (kind: string): number => kinds().filter((each) => each === kind).length;

/** A fetch that goes on until it is told to end. */
async function begin(id?: string): Promise<FetchState> {
  const pending = client.call('fetch', args(id));
  await settle();
  return pending;
}

async function elapse(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await settle();
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  locks.release();
  const scope = `https://app.example/${(uids += 1)}/`;
  const registration = makeRegistration(scope);
  worker = new FakeWorker(scope);
  registration.active = worker;
  client = hearing(new Client(registration as unknown as ServiceWorkerRegistration));
});

afterEach(() => {
  client.keepAlive.sleep();
  mock.timers.reset();
  closeChannels();
});

describe('calls', () => {
  test('are answered, and refused, over the port', async () => {
    const state = await begin();
    assert.equal(state.id, 'id');
    const ids = client.call('getIds');
    await settle();
    assert.deepEqual(await ids, ['id']);
    const again = assert.rejects(client.call('fetch', args()), { name: 'TypeError' });
    await settle();
    await again;
  });

  test('that ask for nothing stored do not load the engine', async () => {
    const answers = Promise.all([client.call('getIds'), client.call('get', 'id')]);
    await settle();
    assert.deepEqual(await answers, [[], undefined]);
    assert.deepEqual(worker.log, []);
  });

  test('tell the engine what storage is left', async () => {
    const { uid } = await begin();
    assert.equal(worker.run.engine?.jobs.get(uid)?.state.uid, uid);
  });

  test('never reach the app, whose own messages do', async () => {
    await begin();
    worker.postMessage('hello');
    worker.postMessage({ brand: 'another' });
    await settle();
    assert.deepEqual(worker.leaked, ['hello', { brand: 'another' }]);
  });

  test('hold the worker, but never for long', async () => {
    await begin();
    await settle();
    const holds = worker.holds.splice(0);
    assert.ok(holds.length > 0);
    await elapse(25_000);
    await Promise.all(holds);
  });
});

describe('messages that this version does not know', () => {
  const bad: Record<string, object> = {
    'another version': { brand: BRAND, version: VERSION + 1, id: 7 },
    'no call': { brand: BRAND, version: VERSION, id: 7, kind: 'fetch' },
    'an unknown call': { brand: BRAND, version: VERSION, id: 7, session: 's', kind: 'toString', args: [] },
  };
  for (const [name, message] of Object.entries(bad)) {
    test(`${name} is answered with an error`, async () => {
      const { port1, port2 } = new MessageChannel();
      const answers: { kind: string; id: number; error: Error }[] = [];
      port1.onmessage = ({ data }) => answers.push(data);
      worker.postMessage(message, [port2]);
      await settle();
      const answer = answers.find(({ kind }) => kind === 'error');
      assert.equal(answer?.id, 7);
      assert.equal(answer?.error.name, 'VersionError');
      assert.deepEqual(worker.leaked, []);
    });
  }
});

describe('messages that make no sense', () => {
  const silent = { toString: 1, valueOf: 1 };

  test('are answered, whatever they have for an id', async () => {
    const { port1, port2 } = new MessageChannel();
    const answers: { kind: string; id: number }[] = [];
    port1.onmessage = ({ data }) => answers.push(data);
    const { server } = worker.run;
    const event = { data: { brand: BRAND, id: silent }, ports: [port2], stopImmediatePropagation: () => undefined };
    server.receive(event as unknown as ExtendableMessageEvent);
    await settle();
    assert.deepEqual(answers.map(({ kind, id }) => [kind, id]), [['error', NaN]]);
  });

  test('on its port do not end the session of a page', async () => {
    const state = await begin();
    const registration = instanceOf(state, client);
    const port = worker.run.ports.at(-1) as MessagePort;
    for (const data of [null, undefined, 1, 'bye', {}, { kind: 'later' }]) {
      assert.doesNotThrow(() => port.onmessage?.({ data } as MessageEvent));
    }
    void worker.run.sessions.update({ ...state, downloaded: 3 });
    await settle();
    assert.equal(registration.downloaded, 3);
  });

  test('from a worker neither fail in the page nor cost it an answer', async () => {
    await begin();
    worker.deaf = true;
    let answer: unknown;
    void client.call('getIds').then((ids) => (answer = ids));
    await settle();
    const port = worker.run.ports.at(-1) as MessagePort;
    const id = Number((worker.received.at(-1) as { id?: number }).id);
    for (const data of [null, 'update', { kind: 'update' }, { kind: 'record' }, { kind: 'error', id },
      { kind: 'error', id, error: { name: 'toString', message: '' } }]) port.postMessage(data);
    const voice = new BroadcastChannel(CHANNEL);
    for (const data of [null, 0, {}, { scope: worker.scope }, { scope: worker.scope, kind: 1 }]) voice.postMessage(data);
    await settle();
    port.postMessage({ kind: 'answer', id, value: ['one'] });
    await settle();
    assert.deepEqual(answer, ['one']);
  });
});

describe('a worker that dies', () => {
  test('is asked again when the next one says hello', async () => {
    worker.deaf = true;
    const pending = client.call('fetch', args());
    await settle();
    worker.deaf = false;
    worker.kill();
    await worker.run.loader.resume();
    await settle();
    assert.equal((await pending).id, 'id');
    assert.equal(calls('fetch'), 2);
  });

  test('is not asked more and more often', async () => {
    instanceOf(await begin(), client);
    worker.deaf = true;
    const before = worker.received.length;
    const pending = assert.rejects(client.call('getIds'));
    for (let i = 0; i < 20; i++) await elapse(10_000);
    await pending;
    assert.ok(worker.received.length - before < 30, `${worker.received.length - before} messages`);
  });

  test('is asked again after a second, if it was lost in a dying worker', async () => {
    worker.deaf = true;
    const pending = [client.call('getIds'), client.call('get', 'id')];
    await elapse(999);
    worker.deaf = false;
    assert.equal(calls('getIds'), 1);
    await elapse(1);
    await settle();
    assert.deepEqual(await Promise.all(pending), [[], undefined]);
  });

  test('is asked again after longer and longer, in vain a few times at most', async () => {
    worker.deaf = true;
    const pending = assert.rejects(client.call('getIds'), {
      name: 'InvalidStateError',
      message: /does not answer/,
    });
    for (const [attempt, seconds] of [1, 2, 4].entries()) {
      assert.equal(calls('getIds'), attempt + 1);
      await elapse(seconds * 1000);
    }
    assert.equal(calls('getIds'), 4);
    await elapse(8000);
    await pending;
    assert.equal(calls('getIds'), 4);
  });

  test('loses what it knew of the page, and is told', async () => {
    const state = await begin();
    const registration = instanceOf(state, client);
    worker.kill();
    await worker.run.loader.resume();
    await settle();
    assert.ok(calls('subscribe') > 0);
    // The fake engine forgets: the fetch is over, for all one knows.
    assert.equal(registration.recordsAvailable, false);
    assert.equal(registration.result, '');
  });

  test('is noticed at once by its lock', async () => {
    await begin();
    await settle();
    const before = calls('keepAlive');
    worker.kill();
    locks.release();
    await settle();
    assert.ok(calls('keepAlive') > before);
    assert.deepEqual(worker.log.filter((entry) => entry === 'start').length >= 1, true);
  });

  test('has no port, which the next one says with a hello', async () => {
    await begin();
    worker.kill();
    const pending = client.call('getIds');
    await settle();
    // The engine of the new run is not loaded, so the list is empty; but there is an answer.
    assert.deepEqual(await pending, []);
  });
});

describe('a call that takes long', () => {
  test('is not run twice at a time, and does not fail', async () => {
    let go!: () => void;
    await begin('other');
    const { engine } = worker.run;
    assert.ok(engine);
    const original = engine.fetch.bind(engine);
    let runs = 0;
    engine.fetch = async (given) => {
      runs += 1;
      await new Promise<void>((resolve) => (go = resolve));
      return original(given);
    };
    const pending = client.call('fetch', args());
    await settle();
    for (let i = 0; i < 8; i++) await elapse(10_000);
    go();
    await settle();
    assert.equal((await pending).id, 'id');
    assert.equal(runs, 1);
  });
});

test('a fetch that is over is not begun again by a call whose answer was lost', async () => {
  const given = args();
  const first = client.call('fetch', given);
  await settle();
  const state = await first;
  const { engine } = worker.run;
  engine?.jobs.delete(state.uid);
  engine?.over.set(state.uid, { ...state, result: 'success', recordsAvailable: false });
  const again = client.call('fetch', given);
  await settle();
  assert.equal((await again).result, 'success');
  assert.equal(engine?.jobs.size, 0);
});

describe('a page that comes back', () => {
  test('learns the end of what is over, and of one whose records go meanwhile', async () => {
    const one = instanceOf(await begin('one'), client);
    const two = instanceOf(await begin('two'), client);
    const three = instanceOf(await begin('three'), client);
    const { engine } = worker.run;
    assert.ok(engine);
    const [first, second] = [...engine.jobs.values()].map(({ state }) => state);
    assert.ok(first && second);
    engine.jobs.delete(first.uid);
    engine.over.set(first.uid, { ...first, result: 'success', downloaded: 7, recordsAvailable: false });
    engine.match = async () => Promise.reject({ name: 'InvalidStateError', message: 'gone' });
    client.reconnect();
    await settle();
    assert.deepEqual([one.result, one.downloaded, one.recordsAvailable], ['success', 7, false]);
    assert.deepEqual([two.result, two.recordsAvailable], ['', true]);
    assert.deepEqual([three.result, three.recordsAvailable], ['', true]);
    // They still hear of what happens to them.
    void worker.run.sessions.update({ ...second, downloaded: 5 });
    await settle();
    assert.equal(two.downloaded, 5);
  });

  test('learns that what ran is gone with its database, and goes on at once', async () => {
    const lost = instanceOf(await begin('lost'), client);
    const old = worker.run.engine;
    old?.host.lost();
    await settle();
    assert.equal(lost.recordsAvailable, false);
    const state = await begin('next');
    assert.equal(state.id, 'next');
    assert.notEqual(worker.run.engine, old);
  });
});

describe('updates', () => {
  test('reach the page before the worker goes on', async () => {
    const state = await begin();
    const registration = instanceOf(state, client);
    const results: string[] = [];
    registration.addEventListener('progress', () => results.push(registration.result));
    let told = false;
    void worker.run.sessions.update({ ...state, result: 'success' }).then(() => (told = true));
    assert.equal(told, false);
    await settle();
    assert.equal(told, true);
    assert.deepEqual(results, ['success']);
  });

  test('do not wait longer than a second, and for a frozen page only once', async () => {
    const state = await begin();
    worker.run.ports.forEach((port) => (port.onmessage = null));
    let told = 0;
    void worker.run.sessions.update({ ...state, result: 'success' }).then(() => (told += 1));
    await elapse(999);
    assert.equal(told, 0);
    await elapse(1);
    assert.equal(told, 1);
    void worker.run.sessions.update({ ...state, result: 'success' }).then(() => (told += 1));
    await settle();
    assert.equal(told, 2);
  });

  test('do not wait for a page that has gone', async () => {
    const state = await begin();
    client.leave();
    await settle();
    await worker.run.sessions.update({ ...state, result: 'success' });
  });
});

describe('keeping alive', () => {
  test('goes on message by message while there is work, and ends with it', async () => {
    const state = await begin();
    await settle();
    const held = () => worker.received.filter(({ kind, args }) => kind === 'keepAlive' && args?.[0]).length;
    assert.equal(held(), 1);
    await elapse(20_000);
    assert.equal(held(), 2);
    await elapse(20_000);
    assert.equal(held(), 3);
    const { engine, loader } = worker.run;
    engine?.jobs.delete(state.uid);
    loader.checkIdle();
    await settle();
    await elapse(60_000);
    assert.equal(held(), 3);
  });

  test('leaves a gap for a newer worker that waits', async () => {
    await begin();
    await settle();
    const before = calls('keepAlive');
    worker.waiting = {} as ServiceWorker;
    worker.run.server.release();
    await settle();
    assert.equal(calls('keepAlive'), before);
    await elapse(1_000);
    assert.equal(calls('keepAlive'), before + 1);
  });

  test('ends all holds at the same time', async () => {
    await begin();
    await settle();
    let ended = 0;
    await elapse(5_000);
    void worker.run.server.work().then(() => (ended += 1));
    await elapse(14_999);
    assert.equal(ended, 0);
    await elapse(1);
    assert.equal(ended, 1);
  });

  test('does not begin where nothing is to do', async () => {
    await Promise.all([client.keepAlive.wake(), settle()]);
    await elapse(60_000);
    assert.deepEqual(kinds(), ['keepAlive']);
  });
});

describe('an engine that traps', () => {
  const trap = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };

  test('is replaced, and asked again', async () => {
    await begin();
    const { engine } = worker.run;
    assert.ok(engine);
    engine.getIds = trap;
    const pending = client.call('getIds');
    await settle();
    assert.deepEqual(await pending, []);
    assert.deepEqual(worker.log, ['instantiate', 'start', 'reset', 'start']);
  });

  test('owes nobody an answer', async () => {
    await begin();
    const { engine, loader } = worker.run;
    assert.ok(engine);
    engine.getIds = () => new Promise(() => undefined);
    const pending = client.call('getIds');
    await settle();
    loader.drop();
    await settle();
    assert.deepEqual(await pending, []);
  });
});

test('a newer worker stops the engine of the older one, which does not answer any more', async () => {
  await begin();
  const old = worker.run;
  const other = new FakeWorker(worker.scope);
  await other.run.loader.resume();
  await settle();
  assert.equal(old.engine?.stopped, true);
  assert.equal(old.loader.allowed, false);
  assert.equal(other.run.loader.allowed, true);
});

test('a worker that is not active leaves the work to that one', async () => {
  worker.state = 'installed';
  await worker.run.server.resume();
  worker.postMessage({ brand: BRAND, version: VERSION, id: 1, session: 's', kind: 'getIds', args: [] });
  await settle();
  assert.deepEqual(worker.log, []);
});

test('what the worker takes up by itself, and cannot, is no unhandled rejection', async () => {
  await begin();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const { loader, server } = worker.run;
    loader.resume = () => Promise.reject(new TypeError('The storage of this origin failed.'));
    assert.equal(loader.loaded, true, 'there is an engine to go on');
    server.begin();
    await settle();
  } finally {
    process.off('unhandledRejection', note);
  }
  assert.deepEqual(unhandled, []);
});
