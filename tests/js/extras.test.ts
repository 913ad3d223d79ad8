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
