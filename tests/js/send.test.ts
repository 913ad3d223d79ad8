/** What sends the engine's requests, and how it finds out why one has failed. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Failure, type SentInit } from '../../js/border/engine.ts';
import { send } from '../../js/worker/send.ts';
import { network } from './environment.ts';

const OWN = 'https://app.example/film';
const OTHER = 'https://cdn.example/film';

const probes: [string, RequestInit | undefined][] = [];
const { fetch } = globalThis;
/** What answers a probe. */
let answers = (_url: string): boolean => false;
/** Of the answer. */
let type = 'opaque';
let listeners: ((event: { blockedURI: string }) => void)[] = [];

beforeEach(() => {
  probes.length = 0;
  type = 'opaque';
  listeners = [];
  Object.assign(globalThis, {
    fetch: async (url: string, init?: RequestInit) => {
      probes.push([url, init]);
      if (!answers(url)) throw new TypeError('failed');
      return Object.defineProperty(new Response(), 'type', { value: type });
    },
    addEventListener: (_: string, listener: (typeof listeners)[0]) => listeners.push(listener),
    removeEventListener: (_: string, listener: (typeof listeners)[0]) =>
      (listeners = listeners.filter((one) => one !== listener)),
  });
});

afterEach(() => {
  network.onLine = true;
  answers = () => false;
  Object.assign(globalThis, { fetch });
});

const init = (more: Partial<SentInit> = {}): SentInit => ({ method: 'GET', headers: [], ...more });
const fails = async (): Promise<never> => {
  throw new TypeError('failed');
};
const reason = (url: string, options = init(), by: Parameters<typeof send>[0] = fails): Promise<unknown> =>
  send(by, url, options).then(
    () => 'sent',
    (thrown: unknown) => thrown,
  );

describe('what is never sent', () => {
  for (const url of ['data:,x', 'blob:https://a.example/1', 'file:///x', 'about:blank', 'wss://a', 'x']) {
    test(url, async () => {
      assert.equal(await reason(url, init(), async () => new Response()), Failure.forbidden);
    });
  }

  test('what the app has not prepared, which is nobody else’s fault', async () => {
    const unprepared = (): Promise<never> => Promise.reject(null);
    assert.equal(await reason(OWN, init({ cache: 'no-cache' }), unprepared), Failure.unprepared);
    network.onLine = false;
    assert.equal(await reason(OWN, init(), unprepared), Failure.offline);
    // It may be sent once only, and was not.
    assert.equal(await reason(OWN, init({ method: 'POST' }), unprepared), Failure.unprepared);
    assert.deepEqual(probes, []);
  });
});

describe('why a request failed', () => {
  test('plain HTTP, but for loopback, is forbidden', async () => {
    assert.equal(await reason('http://cdn.example/'), Failure.forbidden);
    assert.deepEqual(probes, []);
    for (const host of ['localhost', 'a.localhost', '127.0.0.9', '[::1]']) {
      assert.equal(await reason(`http://${host}:8080/`), Failure.unreachable, host);
    }
  });

  test('an upload is not probed', async () => {
    assert.equal(await reason(OWN, init({ method: 'POST' })), Failure.unreachable);
    network.onLine = false;
    assert.equal(await reason(OWN, init({ method: 'POST' })), Failure.offline);
    assert.deepEqual(probes, []);
  });

  test('a server that answers has refused, as the lightest of probes tells', async () => {
    answers = () => true;
    assert.equal(await reason(OTHER), Failure.refused);
    const [[url, options] = []] = probes;
    const { method, mode, cache, credentials } = options ?? {};
    assert.deepEqual(
      [probes.length, url, method, mode, cache, credentials],
      [1, OTHER, 'HEAD', 'no-cors', 'no-store', 'omit'],
    );
  });

  test('the own origin refuses nothing: if it answers, the request before broke off', async () => {
    answers = () => true;
    assert.equal(await reason(OWN), Failure.refused, 'after a redirect, which is opaque');
    type = 'basic';
    assert.equal(await reason(OWN), Failure.broken);
  });

  test('without an answer, it is looked whether there is a network', async () => {
    assert.equal(await reason(OTHER), Failure.unreachable);
    answers = (url) => url === '';
    assert.equal(await reason(OTHER), Failure.absent);
    assert.equal(await reason(OWN), Failure.broken);
    network.onLine = false;
    assert.equal(await reason(OWN), Failure.offline);
  });

  test('a violation of the policy is forbidden, and nobody goes on listening', async () => {
    const blocked = reason(`${OTHER}#part`);
    await new Promise((resolve) => setImmediate(resolve));
    for (const listener of listeners) listener({ blockedURI: '' });
    for (const listener of listeners) listener({ blockedURI: OTHER });
    assert.deepEqual([await blocked, listeners.length], [Failure.forbidden, 0]);
  });

  test('of what is sent elsewhere, the server there is asked', async () => {
    answers = (url) => url === OTHER;
    assert.equal(await reason(OWN, init({ url: OTHER })), Failure.refused);
  });

  test('of what the engine has let go of, nobody is asked', async () => {
    const error = new DOMException('aborted', 'AbortError');
    const by = (): Promise<never> => Promise.reject(error);
    assert.equal(await reason(OWN, init({ signal: AbortSignal.abort() }), by), error);
    assert.deepEqual(probes, []);
  });
});

test('a copy in the HTTP cache that may lack CORS is passed by, once', async () => {
  const modes: (string | undefined)[] = [];
  const by = async (_: string, { cache }: SentInit): Promise<Response> => {
    modes.push(cache);
    if (cache !== 'reload') throw new TypeError('failed');
    return new Response();
  };
  assert.equal(await reason(OTHER, init({ cache: 'force-cache' }), by), 'sent');
  assert.equal(await reason(OWN, init({ cache: 'force-cache' }), by), Failure.unreachable);
  assert.equal(await reason(OTHER, init({ cache: 'default' }), by), Failure.unreachable);
  assert.deepEqual(modes, ['force-cache', 'reload', 'force-cache', 'default']);
});
