/** What a page and its worker say to each other when one of them dies, comes back or is replaced. */

import './environment.ts';

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { instanceOf } from '../../js/api/instances.ts';
import { withLiveRecords } from '../../js/api/live-record.ts';
import type { RecordState } from '../../js/border/engine.ts';
import { BRAND, VERSION } from '../../js/border/messages.ts';
import { locks, settle } from './environment.ts';
import { FakeWorker, Trap } from './fake-worker.ts';
import { args, begin, calls, client, elapse, worker } from './protocol-bench.ts';

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
      message: /worker\.js does not answer: does it import background-fetch-polyfill\/sw\?$/,
    });
    for (const [attempt, seconds] of [1, 2].entries()) {
      assert.equal(calls('getIds'), attempt + 1);
      await elapse(seconds * 1000);
    }
    assert.equal(calls('getIds'), 3);
    await elapse(4000);
    await pending;
    assert.equal(calls('getIds'), 3);
  });

  test('that starts too late does nothing of what the page has given up', async () => {
    worker.startSlowly();
    const pending = assert.rejects(client.call('fetch', args()), { name: 'InvalidStateError' });
    for (const seconds of [1, 2, 4]) await elapse(seconds * 1000);
    await pending;
    worker.started();
    await settle();
    assert.equal(calls('fetch'), 3);
    assert.equal(worker.run.engine, undefined);
  });

  test('that starts in time begins it, once', async () => {
    worker.startSlowly();
    const pending = client.call('fetch', args());
    for (const seconds of [1, 2, 2]) await elapse(seconds * 1000);
    worker.started();
    await settle();
    assert.equal((await pending).id, 'id');
    assert.deepEqual(await client.call('getIds'), ['id']);
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

describe('a worker that has not answered', () => {
  const expectNoAnswer = async (message = /does not answer/): Promise<void> => {
    const refused = assert.rejects(client.call('fetch', args()), { name: 'InvalidStateError', message });
    await settle();
    await refused;
  };

  beforeEach(async () => {
    worker.deaf = true;
    const first = assert.rejects(client.call('fetch', args()));
    await elapse(1000);
    await elapse(2000);
    await elapse(4000);
    await first;
  });

  test('is not waited for again, a hundred times', async () => {
    const before = worker.received.length;
    for (let call = 0; call < 100; call++) await expectNoAnswer();
    assert.equal(worker.received.length, before);
  });

  test('is said to be followed by another', async () => {
    client.registration = { ...client.registration, active: client.registration.active, waiting: {} } as never;
    await expectNoAnswer(/A newer one waits/);
  });

  test('is asked again after a minute', async () => {
    worker.deaf = false;
    await elapse(59_000);
    await expectNoAnswer();
    await elapse(1_000);
    assert.equal((await begin()).id, 'id');
  });

  test('is asked again when it is heard', async () => {
    worker.deaf = false;
    await worker.run.loader.resume();
    await settle();
    assert.equal((await begin()).id, 'id');
  });

  test('does not stand for the next one', async () => {
    const next = new FakeWorker(worker.scope);
    client.registration = { scope: worker.scope, active: next } as never;
    assert.equal((await begin()).id, 'id');
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

  test('is not told for ever of records that it could not get', async () => {
    await begin('one');
    const { server, sessions } = worker.run;
    const gone = ['gone', null, { ignoreMethod: false, ignoreSearch: false, ignoreVary: false }] as const;
    assert.ok(worker.run.engine);
    worker.run.engine.match = async () => Promise.reject({ name: 'InvalidStateError', message: 'gone' });
    await assert.rejects(server.call(sessions.local, 'match', [...gone]));
    assert.deepEqual([...sessions.local.records], []);
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

describe('an engine that traps', () => {
  const trap = () => {
    throw new Trap('unreachable');
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

  test('told pages of records, which its successor does not know of: they say again what they want to hear of', async () => {
    instanceOf(await begin(), client);
    const { engine } = worker.run;
    assert.ok(engine);
    engine.getIds = trap;
    const before = calls('subscribe');
    const pending = client.call('getIds');
    await settle();
    await pending;
    assert.ok(calls('subscribe') > before);
  });
});

test('an engine keeps nothing of what it has answered', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await begin();
  const { loader } = worker.run;
  const answers = [];
  for (let at = 0; at < 3; at += 1)
    answers.push(new WeakRef(await loader.use(async () => ({ large: new Uint8Array(1e6) }))));
  // Not in this turn of the loop, which has seen them.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.deepEqual(
    answers.map((answer) => answer.deref()),
    [undefined, undefined, undefined],
  );
});

test('a match() that fails takes nothing from one that has not', async () => {
  const { uid } = await begin();
  const { engine, sessions } = worker.run;
  assert.ok(engine);
  const options = { ignoreMethod: false, ignoreSearch: false, ignoreVary: false };
  const call = async () => {
    const pending = client.call('match', uid, null, options);
    pending.catch(() => undefined);
    await settle();
    return pending;
  };
  await call();
  engine.match = () => Promise.reject({ name: 'UnknownError', message: 'the store does not answer' });
  await assert.rejects(call(), /does not answer/);
  const record = { uid, index: 0, request: {}, result: '', version: 3, head: null, segments: [] };
  sessions.recordChanged(record as unknown as RecordState);
  await settle();
  assert.deepEqual(withLiveRecords([uid]), [uid]);
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
