import './environment.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createRequest, describeRequest, restoreRequest, storeRequests } from '../../js/api/request.ts';

const URL_A = 'https://app.example/a?b#c';

describe('createRequest', () => {
  test('refuses what is not a request, and no-cors', () => {
    assert.throws(() => createRequest('http://'), TypeError);
    assert.throws(() => createRequest('https://user:secret@app.example/'), TypeError);
    assert.throws(() => createRequest(new Request(URL_A, { mode: 'no-cors' })), TypeError);
  });

  test('takes the body over', async () => {
    const given = new Request(URL_A, { method: 'POST', body: 'x' });
    const request = createRequest(given);
    assert.equal(given.bodyUsed, true);
    assert.equal(await request.text(), 'x');
    assert.throws(() => createRequest(given), TypeError);
  });
});

describe('a request survives being stored', () => {
  test('without a body', async () => {
    const request = new Request(URL_A, {
      headers: { 'X-A': '1' },
      credentials: 'include',
      cache: 'no-store',
      redirect: 'manual',
      integrity: 'sha256-abc',
      referrerPolicy: 'no-referrer',
    });
    const [data] = await storeRequests([request]);
    assert.ok(data);
    assert.equal(data.url, URL_A);
    assert.equal(data.body, null);
    assert.deepEqual(data.headers, [['x-a', '1']]);
    const { method, credentials, cache, redirect, integrity, referrerPolicy } = restoreRequest(data);
    assert.deepEqual(
      { method, credentials, cache, redirect, integrity, referrerPolicy },
      {
        method: 'GET',
        credentials: 'include',
        cache: 'no-store',
        redirect: 'manual',
        integrity: 'sha256-abc',
        referrerPolicy: 'no-referrer',
      },
    );
  });

  test('with a form, boundary and all', async () => {
    const form = new FormData();
    form.set('file', new Blob(['content']), 'name.txt');
    form.set('field', 'value');
    const [data] = await storeRequests([new Request(URL_A, { method: 'PUT', body: form })]);
    assert.ok(data);
    // It is stored once and read as often as there are records.
    for (let i = 0; i < 2; i++) {
      const read = await restoreRequest(data).formData();
      assert.equal(read.get('field'), 'value');
      assert.equal(await (read.get('file') as File).text(), 'content');
    }
  });

  test('a navigation is made again as an ordinary request', () => {
    const request = new Request(URL_A);
    Object.defineProperty(request, 'mode', { value: 'navigate' });
    assert.equal(describeRequest(request).mode, 'same-origin');
  });
});

test('a body that fails makes all fail, and those after it are cancelled', async () => {
  const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
  const reasons: unknown[] = [];
  const endless = new ReadableStream({ cancel: ({ name }: Error) => void reasons.push(name) });
  const init = { method: 'POST', duplex: 'half' } as RequestInit;
  const bodies = ['fine', failing, 'fine', endless];
  const requests = bodies.map((body) => createRequest(new Request(URL_A, { ...init, body })));
  await assert.rejects(storeRequests(requests), { name: 'TypeError', message: /gone/ });
  assert.deepEqual(reasons, ['AbortError']);
});
