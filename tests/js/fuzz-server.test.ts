/** What a service worker makes of messages of any kind, from pages that may be of another version, or none of ours. */

import './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import fc from 'fast-check';
import { instanceOf } from '../../js/api/instances.ts';
import { BRAND, isOurs, VERSION } from '../../js/border/messages.ts';
import { Client } from '../../js/client/client.ts';
import { closeChannels, hearing, locks, makeRegistration, settle } from './environment.ts';
import { FakeWorker } from './fake-worker.ts';
import { anything, fuzz, guard, mutated } from './fuzz.ts';

let scopes = 0;

const request = {
  url: 'https://app.example/file',
  method: 'GET',
  headers: [['a', 'b']],
  mode: 'cors',
  credentials: 'omit',
  cache: 'default',
  redirect: 'follow',
  referrer: '',
  referrerPolicy: '',
  integrity: '',
  body: null,
};
const options = { ignoreMethod: false, ignoreSearch: false, ignoreVary: false };
const name = fc.constantFrom('a', 'b', '__proto__', '');
const args: Record<string, fc.Arbitrary<unknown[]>> = {
  fetch: fc
    .tuple(name, name)
    .map(([uid, id]) => [{ uid, id, requests: [request], title: '', icons: [{ src: '/i' }], downloadTotal: 0 }]),
  get: fc.tuple(name),
  getIds: fc.constant([]),
  abort: fc.tuple(name),
  match: fc.tuple(name, fc.constantFrom(null, request), fc.constant(options)),
  subscribe: fc.tuple(fc.array(name), fc.array(name)),
  status: fc.tuple(name),
  pause: fc.tuple(name, fc.boolean()),
  keepAlive: fc.tuple(fc.boolean()),
  toString: fc.constant([]),
};

const call = fc
  .tuple(fc.constantFrom(...Object.keys(args)), fc.constantFrom('s', 't', '__proto__'), fc.nat(3))
  .chain(([kind, session, id]) =>
    (args[kind] as fc.Arbitrary<unknown[]>).map((given) => ({
      brand: BRAND,
      version: VERSION,
      session,
      id,
      kind,
      args: given,
    })),
  );

/** By the worker, and by the port that it may have come with. */
const message = fc.record({
  data: fc.oneof({ weight: 4, arbitrary: mutated(call) }, { weight: 1, arbitrary: anything() }),
  ports: fc.nat(2),
  inside: fc.boolean(),
  later: fc.array(fc.oneof(mutated(fc.record({ kind: fc.constantFrom('ack', 'later'), ack: fc.nat(2) })), anything()), {
    maxLength: 2,
  }),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly thrown: unknown[] = [];
  readonly worker: FakeWorker;
  readonly client: Client;

  constructor() {
    const scope = `https://app.example/server ${(scopes += 1)}/`;
    const registration = makeRegistration(scope);
    this.worker = new FakeWorker(scope);
    registration.active = this.worker;
    this.client = hearing(new Client(registration as unknown as ServiceWorkerRegistration));
    const { server } = this.worker.run;
    const receive = server.receive.bind(server);
    server.receive = (event) => {
      try {
        receive(event);
      } catch (error) {
        this.thrown.push(error);
      }
      for (const port of event.ports) guard(port, this.thrown);
    };
  }

  /** Resolves with what came back on the ports. */
  async post({ data, ports, inside, later }: Message): Promise<unknown[]> {
    const answers: unknown[] = [];
    const channels = Array.from({ length: ports }, () => new MessageChannel());
    for (const { port1 } of channels) port1.onmessage = ({ data: answer }) => answers.push(answer);
    const given = inside && ports > 0 && isRecord(data) ? { ...data, id: channels[0]?.port2 } : data;
    this.worker.postMessage(
      given,
      channels.map(({ port2 }) => port2),
    );
    for (const more of later) channels[0]?.port1.postMessage(more);
    await settle();
    return answers;
  }
}

const isRecord = (data: unknown): data is object => Object.prototype.toString.call(data) === '[object Object]';

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  locks.release();
});

afterEach(() => {
  mock.timers.reset();
  closeChannels();
});

test('any messages: none throws, nobody else is answered or harmed', (context) =>
  fuzz(
    context,
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
      locks.release();
      const world = new World();
      const { thrown, worker, client } = world;
      const uid = `good ${scopes}`;
      const pending = client.call('fetch', { uid, id: uid, requests: [], title: '', icons: [], downloadTotal: 0 });
      await settle();
      const state = await pending;
      const registration = instanceOf(state, client);

      for (const each of messages) {
        const foreign = !isOurs(each.data);
        const leaked = worker.leaked.length;
        const answers = await world.post(each);
        assert.deepEqual(thrown, []);
        assert.equal(worker.leaked.length - leaked, foreign ? 1 : 0, 'it is for the app, or for us');
        if (foreign) assert.deepEqual(answers, []);
      }

      const ids = client.call('getIds');
      await settle();
      assert.ok((await ids).includes(uid));
      void worker.run.sessions.update({ ...state, downloaded: 7 });
      await settle();
      assert.equal(registration.downloaded, 7);
      assert.equal(registration.result, '');
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
      client.leave();
      closeChannels();
    }),
  ));
