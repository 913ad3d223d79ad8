/** What a page makes of messages of any kind, from a worker that may be of another version, or none of ours. */

import './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import fc from 'fast-check';
import { instanceOf } from '../../js/api/instances.ts';
import { CHANNEL } from '../../js/border/messages.ts';
import { Client } from '../../js/client/client.ts';
import { closeChannels, hearing, locks, makeRegistration, settle } from './environment.ts';
import { makeState } from './fake-connection.ts';
import { FakeWorker } from './fake-worker.ts';
import { anything, fuzz, guard, mutated } from './fuzz.ts';

let scopes = 0;

const uid = fc.constantFrom('hurt', 'unknown', '__proto__');
const head = {
  url: 'https://app.example/file',
  status: 200,
  statusText: '',
  headers: [],
  type: 'basic',
  redirected: false,
};
const segments = [{ url: 'https://segment.invalid/', start: 0, length: 10 }];
const id = fc.integer({ min: -1, max: 9 });

const right: fc.Arbitrary<object> = fc.oneof(
  fc.record({ kind: fc.constant('welcome'), run: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constantFrom('busy', 'moved'), id }),
  fc.record({ kind: fc.constant('answer'), id, value: anything() }),
  fc.record({
    kind: fc.constant('error'),
    id,
    error: fc.record({
      name: fc.constantFrom('TypeError', 'QuotaExceededError', 'AbortError', 'constructor', 'toString', '__proto__'),
      message: fc.string(),
    }),
  }),
  fc.record({
    kind: fc.constant('update'),
    state: fc
      .tuple(uid, fc.boolean(), fc.constantFrom('', 'success'))
      .map(([of, recordsAvailable, result]) => makeState({ uid: of, recordsAvailable, result: result as '' })),
    ack: fc.option(fc.nat(), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('record'),
    record: fc.record({
      uid,
      index: fc.nat(2),
      result: fc.constantFrom('', 'success'),
      version: fc.nat(2),
      head: fc.constantFrom(null, head),
      segments: fc.constantFrom([], segments),
    }),
  }),
);

const broadcast = fc.oneof(
  mutated(fc.record({ run: fc.string(), active: fc.boolean() }, { requiredKeys: ['active'] })),
  anything(),
);
const message = fc.oneof(
  { weight: 3, arbitrary: fc.record({ by: fc.constant('port' as const), data: mutated(right) }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('port' as const), data: anything() }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('channel' as const), data: broadcast }) },
);

/** What the page listens to. */
const listeners: (MessagePort | BroadcastChannel)[] = [];
const { MessageChannel: Channel, BroadcastChannel: Broadcaster } = globalThis;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  globalThis.MessageChannel = class extends Channel {
    constructor() {
      super();
      listeners.push(this.port1);
    }
  };
  globalThis.BroadcastChannel = class extends Broadcaster {
    constructor(name: string) {
      super(name);
      listeners.push(this);
    }
  };
});

afterEach(() => {
  mock.timers.reset();
  closeChannels();
  Object.assign(globalThis, { MessageChannel: Channel, BroadcastChannel: Broadcaster });
});

async function begin(client: Client, name: string) {
  const pending = client.call('fetch', { uid: name, id: name, requests: [], title: '', icons: [], downloadTotal: 0 });
  await settle();
  return pending;
}

test('any messages: the page throws nothing, and the other fetches stay what they are', (context) =>
  fuzz(
    context,
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 6 }), async (messages) => {
      locks.release();
      const thrown: unknown[] = [];
      const scope = `https://app.example/client ${(scopes += 1)}/`;
      const registration = makeRegistration(scope);
      const worker = new FakeWorker(scope);
      registration.active = worker;
      const client = hearing(new Client(registration as unknown as ServiceWorkerRegistration));
      const state = await begin(client, `good ${scopes}`);
      const good = instanceOf(state, client);
      instanceOf(await begin(client, 'hurt'), client);
      let progress = 0;
      good.addEventListener('progress', () => (progress += 1));

      const voice = new BroadcastChannel(CHANNEL);
      for (const { by, data } of messages) {
        for (const listener of listeners) guard(listener, thrown);
        if (by === 'channel') voice.postMessage(typeof data === 'object' && data ? { scope, ...data } : data);
        else worker.run.ports.at(-1)?.postMessage(data);
        await settle();
        assert.deepEqual(thrown, []);
      }

      assert.equal(progress, 0);
      assert.deepEqual([good.id, good.downloaded, good.result, good.recordsAvailable], [state.id, 0, '', true]);
      void worker.run.sessions.update({ ...state, downloaded: 5 });
      await settle();
      assert.equal(good.downloaded, 5);
      const ids = client.call('getIds');
      await settle();
      assert.ok((await ids).includes(state.id));
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
      client.leave();
      closeChannels();
      listeners.length = 0;
    }),
  ));
