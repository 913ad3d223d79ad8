/** What a page and its worker say to each other. */

import './environment.ts';

import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { instanceOf } from '../../js/api/instances.ts';
import { BRAND, CHANNEL, VERSION } from '../../js/border/messages.ts';
import { databaseName } from '../../js/border/names.ts';
import { locks, settle } from './environment.ts';
import { installDatabase } from './fake-database.ts';
import { args, begin, calls, client, elapse, kinds, worker } from './protocol-bench.ts';

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

/** What a worker says to a message on a port of its own. */
async function ask(message: object): Promise<{ kind: string; id?: number; value?: unknown; error?: Error }[]> {
  const { port1, port2 } = new MessageChannel();
  const answers: { kind: string }[] = [];
  port1.onmessage = ({ data }) => answers.push(data);
  worker.postMessage(message, [port2]);
  await settle();
  assert.deepEqual(worker.leaked, []);
  return answers;
}

describe('messages of other versions', () => {
  const call = { brand: BRAND, id: 7, session: 's', kind: 'getIds', args: [] };
  const bad: Record<string, object> = {
    'a newer one': { ...call, version: VERSION + 1 },
    'no call': { brand: BRAND, version: VERSION, id: 7, kind: 'fetch' },
    'an unknown call': { ...call, version: VERSION, kind: 'toString' },
  };
  for (const [name, message] of Object.entries(bad)) {
    test(`${name} is answered with an error`, async () => {
      const answer = (await ask(message)).find(({ kind }) => kind === 'error');
      assert.equal(answer?.id, 7);
      assert.equal(answer?.error?.name, 'NotSupportedError');
    });
  }

  test('the error of a newer one names both', async () => {
    const [{ error } = {}] = await ask({ ...call, version: 9, kind: 'pause' });
    assert.match(error?.message ?? '', new RegExp(`pause of version 9, but .* version ${VERSION}:`));
  });

  test('an older one is answered, and so is whoever keeps the worker alive', async () => {
    const value = (await ask({ ...call, version: VERSION - 1 })).find(({ kind }) => kind === 'answer')?.value;
    assert.deepEqual(value, []);
    const [, answer] = await ask({ ...call, session: 't', version: VERSION + 1, kind: 'keepAlive', args: [false] });
    assert.deepEqual(answer?.value, { active: false, rest: 0, pause: false });
  });

  test('a worker says what it can do', async () => {
    const [welcome] = await ask({ ...call, version: VERSION });
    const { kind, version, features } = welcome as { kind: string; version?: number; features?: string[] };
    assert.deepEqual([kind, version], ['welcome', VERSION]);
    assert.ok(features?.includes('getIds') && features.includes('keepAlive'));
  });
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
    assert.deepEqual(
      answers.map(({ kind, id }) => [kind, id]),
      [['error', NaN]],
    );
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
    for (const data of [
      null,
      'update',
      { kind: 'update' },
      { kind: 'record' },
      { kind: 'error', id },
      { kind: 'error', id: id + 1, error: { name: 'toString', message: '' } },
      { kind: 'moved' },
    ])
      port.postMessage(data);
    const voice = new BroadcastChannel(CHANNEL);
    for (const data of [null, 0, {}, { scope: worker.scope }, { scope: worker.scope, kind: 1 }])
      voice.postMessage(data);
    await settle();
    port.postMessage({ kind: 'answer', id, value: ['one'] });
    await settle();
    assert.deepEqual(answer, ['one']);
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
    for (const port of worker.run.ports) port.onmessage = null;
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

  test('come on the newest port; all others are closed', async () => {
    const state = await begin();
    const registration = instanceOf(state, client);
    for (let fetch = 0; fetch < 20; fetch++) await begin(`short ${fetch}`);
    await elapse(1_000);
    assert.equal(worker.run.open.size, 1);
    void worker.run.sessions.update({ ...state, downloaded: 3 });
    await settle();
    assert.equal(registration.downloaded, 3);
  });

  test('go on after the farewell of a port that a newer one has followed', async () => {
    const state = await begin();
    const registration = instanceOf(state, client);
    const [first, ...others] = worker.run.ports;
    assert.ok(others.length > 0);
    first?.onmessage?.({ data: { kind: 'bye' } } as MessageEvent);
    void worker.run.sessions.update({ ...state, downloaded: 3 });
    await settle();
    assert.equal(registration.downloaded, 3);
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

  test('is not for a worker that has nothing to do but wait, which is woken in time', async () => {
    await begin();
    await settle();
    const { engine } = worker.run;
    assert.ok(engine);
    engine.rests = 3_600_000;
    await elapse(20_000);
    const before = calls('keepAlive');
    await elapse(3_500_000);
    assert.equal(calls('keepAlive'), before);
    const holds = worker.holds.splice(0);
    await Promise.all(holds);
    engine.rests = 0;
    await elapse(100_000);
    assert.ok(calls('keepAlive') > before);
  });

  test('begins again when there is something to do, whoever has begun it', async () => {
    const { uid } = await begin();
    await settle();
    const { engine, server, sessions } = worker.run;
    assert.ok(engine);
    engine.rests = 3_600_000;
    await elapse(20_000);
    for (const stir of [
      () => server.call(sessions.local, 'fetch', [args('from the worker')]),
      () => client.call('abort', uid),
      async () => server.begin(),
    ]) {
      engine.rests = 3_600_000;
      await elapse(20_000);
      const before = calls('keepAlive');
      engine.rests = 0;
      void stir();
      await settle();
      assert.ok(calls('keepAlive') > before, `${stir}`);
    }
  });

  test('begins again when the storage had failed as the next worker began', async () => {
    installDatabase(databaseName(worker.scope), { fetches: [] });
    await begin();
    await settle();
    worker.kill();
    worker.isBroken = true;
    locks.release();
    await settle();
    assert.equal(worker.run.loader.loaded, false);
    worker.isBroken = false;
    await elapse(60_000);
    assert.equal(worker.run.loader.loaded, true);
    Reflect.deleteProperty(globalThis, 'indexedDB');
  });

  test('goes on through a wait that is short', async () => {
    await begin();
    await settle();
    assert.ok(worker.run.engine);
    worker.run.engine.rests = 58_000;
    const before = calls('keepAlive');
    await elapse(20_000);
    await elapse(20_000);
    assert.equal(calls('keepAlive'), before + 2);
  });

  test('leaves gaps for a version that waits for days, but not every few seconds', async () => {
    const now = mock.method(performance, 'now', () => time);
    let time = 1_000;
    await begin();
    worker.waiting = {} as ServiceWorker;
    worker.run.server.release();
    await settle();
    const pass = async (seconds: number): Promise<number> => {
      const before = calls('keepAlive');
      for (let second = 0; second < seconds; second++) {
        time += 1_000;
        await elapse(1_000);
      }
      return calls('keepAlive') - before;
    };
    const first = await pass(60);
    assert.ok(first > 12, `${first} in the first minute`);
    await pass(10);
    const later = await pass(63);
    assert.ok(later <= 4, `${later} in the minute after`);
    now.mock.restore();
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
