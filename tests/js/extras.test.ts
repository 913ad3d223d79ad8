/** What `./extras` makes of the standard's objects, and of what the worker tells. */

import './environment.ts';

import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { instanceOf } from '../../js/api/instances.ts';
import { diagnose } from '../../js/extras/diagnose.ts';
import { meterOf, type Shown } from '../../js/extras/meter.ts';
import { finished, status } from '../../js/extras/status.ts';
import { settle } from './environment.ts';
import { begin, client, worker } from './protocol-bench.ts';

/** As the browser's own, or ours. */
class Fetch extends EventTarget implements Shown {
  id = 'film';
  uploadTotal = 0;
  uploaded = 0;
  downloadTotal = 1000;
  downloaded = 0;
  result: Shown['result'] = '';
  failureReason = '';
  recordsAvailable = true;

  progress(downloaded: number): void {
    this.downloaded = downloaded;
    this.dispatchEvent(new Event('progress'));
  }
}

describe('the rate', () => {
  test('is that of the last ten seconds, and 0 when nothing comes', () => {
    let now = 0;
    mock.method(performance, 'now', () => now);
    const fetch = new Fetch();
    const meter = meterOf(fetch);
    assert.equal(meter.rate, 0);
    for (let second = 1; second <= 5; second += 1) {
      now = second * 1000;
      fetch.progress(second * 10);
    }
    assert.equal(meter.rate, 10);
    for (let second = 6; second <= 30; second += 1) {
      now = second * 1000;
      fetch.progress(50 + (second - 5) * 100);
    }
    assert.equal(meter.rate, 100);
    now += 5_001;
    assert.equal(meter.rate, 0);
    // From scratch.
    now += 1000;
    fetch.progress(10);
    now += 1000;
    fetch.progress(30);
    assert.equal(meter.rate, 20);
    mock.restoreAll();
  });
});

describe('the status', () => {
  test('has what the worker tells', async () => {
    const shown = instanceOf(await begin('film'), client) as unknown as Shown;
    const { engine } = worker.run;
    assert.ok(engine);
    const told = await status(shown, client.registration);
    assert.deepEqual(
      [told.state, told.reason, told.nextAttempt, told.title, told.requests],
      ['running', '', null, 'A film', { done: 0, failed: 0, total: 1 }],
    );
    engine.status = async () => ({
      uid: 'u',
      title: '',
      icons: [],
      state: 'server',
      next: 60_000,
      requests: 2,
      done: 1,
      failed: 0,
    });
    const waiting = await status(shown, client.registration);
    assert.deepEqual([waiting.state, waiting.reason], ['waiting', 'server']);
    assert.ok(Math.abs((waiting.nextAttempt ?? 0) - Date.now() - 60_000) < 5_000);
  });

  test('of a worker that does not know the question is that of the standard', async () => {
    const shown = instanceOf(await begin('film'), client) as unknown as Shown;
    worker.run.server.call = async () => Promise.reject(new DOMException('older', 'NotSupportedError'));
    const told = await status(shown, client.registration);
    assert.deepEqual([told.state, told.requests, told.downloadTotal], ['running', null, 0]);
  });

  test('of what is over needs no worker', async () => {
    const fetch = Object.assign(new Fetch(), { result: 'failure', failureReason: 'bad-status', downloaded: 7 });
    const told = await status(fetch);
    assert.deepEqual([told.state, told.reason, told.downloaded, told.secondsLeft], ['failure', 'bad-status', 7, null]);
  });
});

test('the end is told when it comes, and at once when it has come', async () => {
  const fetch = new Fetch();
  let told: unknown;
  void finished(fetch).then((end) => (told = end));
  fetch.progress(5);
  await settle();
  assert.equal(told, undefined);
  fetch.result = 'success';
  fetch.progress(9);
  await settle();
  assert.deepEqual(told, { result: 'success', failureReason: '' });
  assert.deepEqual(await finished(fetch), told);
});

test('without a worker there is one problem', async () => {
  Object.assign(globalThis, { indexedDB: {} });
  const [problem] = await diagnose({ active: null, scope: 'https://app.example/none/' } as ServiceWorkerRegistration);
  assert.equal(problem?.code, 'no-worker');
});

describe('a policy that forbids WebAssembly', () => {
  /** What is found where the worker has nothing to do, and its script comes so. @param policy of the response */
  async function found(
    policy: string | undefined,
    init: ResponseInit = {},
    type = 'text/javascript',
  ): Promise<string[]> {
    Object.assign(globalThis, { indexedDB: {} });
    const registration = Object.assign(client.registration, { backgroundFetch: new (class Manager {})() });
    const headers = { 'Content-Type': type, ...(policy !== undefined && { 'Content-Security-Policy': policy }) };
    const fetched = mock.method(globalThis, 'fetch', async () => new Response('', { headers, ...init }));
    const problems = await diagnose(registration);
    assert.deepEqual(fetched.mock.calls[0]?.arguments, ['https://app.example/worker.js']);
    fetched.mock.restore();
    return problems.filter(({ code }) => code === 'wasm-refused').map(({ problem }) => problem);
  }

  const refused = ['WebAssembly is refused by the Content-Security-Policy of https://app.example/worker.js.'];

  for (const policy of [
    "script-src 'self'",
    'script-src',
    "default-src 'self'; connect-src 'self' 'wasm-unsafe-eval'",
    "script-src 'self'; default-src 'wasm-unsafe-eval'",
    "connect-src 'self';Script-Src 'none'",
    "script-src 'wasm-unsafe-eval', default-src 'self'",
    "script-src-elem 'wasm-unsafe-eval'; default-src 'self'",
  ]) {
    test(`is told: ${policy}`, async () => assert.deepEqual(await found(policy), refused));
  }

  for (const policy of [
    undefined,
    '',
    "connect-src 'self'; script-src-elem 'self'; report-uri /script-src",
    "script-src 'self' 'wasm-unsafe-eval'",
    "default-src 'none'; script-src 'UNSAFE-EVAL'",
    "default-src 'self' 'wasm-unsafe-eval'",
  ]) {
    test(`is none: ${policy}`, async () => assert.deepEqual(await found(policy), []));
  }

  test('is not that of what stands in the place of the script, or of what does not come', async () => {
    assert.deepEqual(await found("default-src 'none'", { status: 404 }), []);
    assert.deepEqual(await found("default-src 'none'", {}, 'text/html'), []);
    mock.method(globalThis, 'fetch', () => Promise.reject(new TypeError('offline')));
    assert.deepEqual(await diagnose(client.registration), []);
    mock.restoreAll();
  });
});
