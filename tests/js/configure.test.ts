/** What the app configures, and its hooks: bounded, and heeded by the worker's core. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { configuration } from '../../js/border/configuration.ts';
import { asking, sending } from '../../js/extras/hooks.ts';
import { Hooks } from '../../js/worker/hooks.ts';
import { settle } from './environment.ts';
import { begin, client, elapse, worker } from './protocol-bench.ts';

const reported: unknown[] = [];
const ABOUT = { attempt: 1, received: 0, status: undefined, preferences: undefined };

beforeEach(() => {
  reported.length = 0;
  Object.assign(globalThis, { reportError: (error: unknown) => void reported.push(error) });
});

afterEach(() => {
  configuration().length = 0;
});

describe('mayRun()', () => {
  test('is believed, and an error or a long silence is a no', async () => {
    assert.equal(await asking((preferences) => preferences === 7)(7), true);
    assert.equal(await asking(async () => 0)(7), false);
    assert.deepEqual(reported, []);
    const error = new Error('broken');
    const throws = (): never => {
      throw error;
    };
    assert.equal(await asking(throws)(7), false);
    const late = asking(() => new Promise(() => undefined))(7);
    await elapse(5_000);
    assert.equal(await late, false);
    assert.equal(reported[0], error);
    assert.match(String(reported[1]), /longer than 5000 ms/);
  });

  test('is asked at each occasion, and the engine told of what is new', async () => {
    let answer = false;
    let asked = 0;
    configuration()[6] = async () => {
      asked += 1;
      return answer;
    };
    await begin('film');
    const { engine, loader } = worker.run;
    await settle();
    assert.deepEqual([asked > 0, loader.held, engine?.held], [true, true, []]);
    asked = 0;
    answer = true;
    await loader.resume();
    await loader.resume();
    assert.deepEqual([asked, loader.held, engine?.held], [2, false, [false]]);
    answer = false;
    await client.call('keepAlive', false);
    assert.deepEqual([loader.held, engine?.held], [true, [false, true]]);
  });
});

describe('prepareRequest()', () => {
  const sent: Request[] = [];
  const { fetch } = globalThis;
  beforeEach(() => {
    sent.length = 0;
    globalThis.fetch = async (request) => {
      sent.push(request as Request);
      return new Response();
    };
  });
  afterEach(() => {
    globalThis.fetch = fetch;
  });

  const init = (): RequestInit & { headers: [string, string][]; url?: string } => ({
    method: 'GET',
    headers: [
      ['accept', 'video/*'],
      ['range', 'bytes=5-'],
      ['if-range', '"1"'],
    ],
  });

  test('gets the request without what the engine adds, which is added to what it gives', async () => {
    let given: Request | undefined;
    const options = init();
    const send = sending((request) => {
      given = request;
      return new Request(`${request.url}?signed`, request);
    });
    await send('https://app.example/film', options, ABOUT);
    assert.deepEqual([...(given?.headers ?? [])], [['accept', 'video/*']]);
    assert.deepEqual([sent[0]?.url, options.url], Array(2).fill('https://app.example/film?signed'));
    assert.deepEqual(Object.fromEntries(sent[0]?.headers ?? []), {
      accept: 'video/*',
      range: 'bytes=5-',
      'if-range': '"1"',
    });
  });

  test('may lead elsewhere, where no condition is sent', async () => {
    await sending(() => new Request('https://cdn.example/film'))('https://app.example/film', init(), ABOUT);
    assert.deepEqual([...(sent[0]?.headers ?? [])], [['range', 'bytes=5-']]);
  });

  test('may say nothing', async () => {
    await sending(() => undefined)('https://app.example/film', init(), ABOUT);
    assert.equal(sent[0]?.headers.get('if-range'), '"1"');
  });

  test('that fails, or takes too long, has nothing sent', async () => {
    const failed = sending(() => Promise.reject(new Error('no token')))('https://app.example/film', init(), ABOUT);
    assert.equal(await failed.catch((reason: unknown) => reason), null);
    const hanging = sending(() => new Promise(() => undefined))('https://app.example/film', init(), ABOUT);
    const late = hanging.catch((reason: unknown) => reason);
    await elapse(20_000);
    assert.equal(await late, null);
    assert.deepEqual([sent.length, reported.length], [0, 2]);
  });

  test('is told of the attempt by the core, which sends by itself without it', async () => {
    const hooks = new Hooks('https://app.example/');
    await hooks.send('https://app.example/film', init(), 1, 0, 0);
    assert.equal(sent.length, 1);
    let about: unknown;
    configuration()[7] = async (_, __, attempt) => {
      about = attempt;
      return new Response();
    };
    // A probe is not prepared.
    await hooks.send('https://app.example/film', init(), 0, 0, 0);
    assert.deepEqual([sent.length, about], [2, undefined]);
    await hooks.send('https://app.example/film', init(), 3, 1000, 403);
    assert.deepEqual(about, { attempt: 3, received: 1000, status: 403, preferences: undefined });
    assert.deepEqual(hooks.limits, [undefined, undefined, undefined, undefined, undefined, 25_000, false]);
  });
});

test('without keepAlive, no message of a page is held, though there is work', async () => {
  configuration()[5] = false;
  await begin('film');
  const answer = await client.call('keepAlive', true);
  assert.deepEqual([answer.active, answer.rest], [false, 0]);
  configuration().length = 0;
  let held = true;
  void client.call('keepAlive', true).then(() => (held = false));
  await settle();
  assert.equal(held, true);
  await elapse(25_000);
});

test('no total above the most that a fetch may have is believed to have room', async () => {
  configuration()[2] = 500;
  const seen: number[] = [];
  await begin('film');
  const { engine } = worker.run;
  assert.ok(engine);
  engine.fetch = async ({ available }) => {
    seen.push(available);
    throw { name: 'QuotaExceededError', message: 'no room' };
  };
  await client
    .call('fetch', { uid: 'two', id: 'two', requests: [], title: '', icons: [], downloadTotal: 550 })
    .catch(() => undefined);
  assert.deepEqual(seen, [500]);
});
