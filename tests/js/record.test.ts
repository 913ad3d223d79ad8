import './environment.ts';

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createRecord } from '../../js/api/BackgroundFetchRecord.ts';
import { followRecord, loseRecords, updateRecord, withLiveRecords } from '../../js/api/live-record.ts';
import type { RecordState, ResponseHead } from '../../js/border/engine.ts';
import { cached, settle } from './environment.ts';
import { makeRecord } from './fake-connection.ts';

const head: ResponseHead = {
  url: 'https://other.example/file',
  status: 200,
  statusText: 'Fine',
  headers: [
    ['content-type', 'text/plain'],
    ['content-length', '6'],
    ['content-range', 'bytes 0-5/6'],
    ['x-a', '1'],
  ],
  type: 'cors',
  redirected: true,
};

/** Stores a piece of a body, and says where. */
function segment(start: number, text: string): RecordState['segments'][number] {
  const url = `https://segment.invalid/${start}`;
  cached.set(url, new Response(text));
  return { url, start, length: text.length };
}

const recordOf = (state: RecordState) => createRecord('https://app.example/', state.request, followRecord(state));

beforeEach(() => cached.clear());

describe('responseReady of a complete record', () => {
  test('is the response as it came, but for what tells of ranges, and with the length of its body', async () => {
    const state = makeRecord({ head, result: 'success', segments: [segment(0, 'abc'), segment(3, 'def')] });
    const response = await recordOf(state).responseReady;
    const { url, type, redirected, status, statusText, headers } = response;
    assert.deepEqual(
      { url, type, redirected, status, statusText, headers: [...headers] },
      {
        url: 'https://other.example/file',
        type: 'cors',
        redirected: true,
        status: 200,
        statusText: 'Fine',
        headers: [
          ['content-length', '6'],
          ['content-type', 'text/plain'],
          ['x-a', '1'],
        ],
      },
    );
    const clone = response.clone().clone();
    assert.equal(clone.url, url);
    assert.equal(await clone.text(), 'abcdef');
    assert.equal(await response.text(), 'abcdef');
  });

  test('is always the same promise', () => {
    const record = recordOf(makeRecord({ head, result: 'success' }));
    assert.equal(record.responseReady, record.responseReady);
  });

  test('has a body for a bad status, too, and none where there may be none', async () => {
    const bad = makeRecord({ head: { ...head, status: 404 }, result: 'bad-status', segments: [segment(0, 'no')] });
    assert.equal(await (await recordOf(bad).responseReady).text(), 'no');
    const empty = makeRecord({ head: { ...head, status: 204 }, result: 'success' });
    const response = await recordOf(empty).responseReady;
    assert.deepEqual([response.body, response.headers.get('content-length')], [null, null]);
    const redirect = makeRecord({ head: { ...head, status: 0, type: 'opaqueredirect' }, result: 'bad-status' });
    const { status, type, url } = await recordOf(redirect).responseReady;
    assert.deepEqual([status, type, url], [0, 'opaqueredirect', 'https://other.example/file']);
  });

  test('has a status that no script may give, and is not taken for a good one where it is stored', async () => {
    const odd = makeRecord({ head: { ...head, status: 999 }, result: 'bad-status', segments: [segment(0, 'no')] });
    const response = await recordOf(odd).responseReady;
    assert.deepEqual([response.status, response.ok, await response.clone().text()], [999, false, 'no']);
    assert.equal(response.clone().status, 999);
  });

  for (const [name, spoil] of Object.entries({
    missing: () => cached.delete('https://segment.invalid/3'),
    'too short': () => cached.set('https://segment.invalid/3', new Response('de')),
    'too long': () => cached.set('https://segment.invalid/3', new Response('defg')),
  })) {
    test(`with an entry that is ${name} has a body that fails`, async () => {
      const state = makeRecord({ head, result: 'success', segments: [segment(0, 'abc'), segment(3, 'def')] });
      spoil();
      const response = await recordOf(state).responseReady;
      assert.equal(response.status, 200);
      await assert.rejects(response.text(), { name: 'TypeError', message: /damaged from byte/ });
    });
  }
});

describe('responseReady of a record without a response', () => {
  for (const result of ['fetch-error', 'quota-exceeded', 'download-total-exceeded', 'redundant'] as const) {
    test(`rejects with a TypeError for ${result}`, async () => {
      await assert.rejects(recordOf(makeRecord({ head, result })).responseReady, TypeError);
    });
  }

  test('rejects with an AbortError when it was aborted, though some bytes had come', async () => {
    const state = makeRecord({ head, result: 'aborted', segments: [segment(0, 'abc')] });
    await assert.rejects(recordOf(state).responseReady, { name: 'AbortError' });
  });

  test('nobody who does not ask hears of that', async () => {
    recordOf(makeRecord({ result: 'fetch-error' }));
    await settle();
  });
});

describe('a record whose response is still coming', () => {
  test('is ready with the head, and streams what is stored as it is stored', async () => {
    const state = makeRecord();
    const record = recordOf(state);
    updateRecord({ ...state, version: 1, head });
    const response = await record.responseReady;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const next = async () => new TextDecoder().decode((await reader.read()).value);

    const segments = [segment(0, 'abc')];
    updateRecord({ ...state, version: 1, head, segments });
    assert.equal(await next(), 'abc');
    const waiting = next();
    updateRecord({ ...state, version: 1, head, segments: [segment(3, 'def')] });
    assert.equal(await waiting, 'def');
    const end = reader.read();
    updateRecord({ ...state, version: 1, head, result: 'success' });
    assert.equal((await end).done, true);
  });

  const endings: [string, Partial<RecordState>, string][] = [
    ['is aborted', { result: 'aborted' }, 'AbortError'],
    ['fails', { result: 'fetch-error' }, 'TypeError'],
    ['begins anew', { version: 2 }, 'TypeError'],
  ];
  for (const [name, change, error] of endings) {
    test(`errors when it ${name}`, async () => {
      const state = makeRecord({ version: 1, head });
      const response = await recordOf(state).responseReady;
      const read = assert.rejects(response.text(), { name: error });
      updateRecord({ ...state, ...change });
      await read;
    });
  }

  test('errors rather than give wrong bytes', async () => {
    for (const spoilt of ['ab', 'abcd']) {
      const state = makeRecord({ version: 1, head, segments: [segment(0, 'abc')] });
      cached.set('https://segment.invalid/0', new Response(spoilt));
      const response = await recordOf(state).responseReady;
      await assert.rejects(response.text(), { name: 'TypeError', message: /damaged from byte/ });
    }
  });

  test('rejects when its fetch is gone', async () => {
    const state = makeRecord();
    const ready = assert.rejects(recordOf(state).responseReady, TypeError);
    assert.deepEqual(withLiveRecords([state.uid, 'other']), [state.uid]);
    loseRecords(state.uid);
    await ready;
    assert.deepEqual(withLiveRecords([state.uid]), []);
  });

  test('an answer that comes after news of what is stored since brings what was before', async () => {
    const state = makeRecord({ version: 1, head });
    updateRecord({ ...state, segments: [segment(3, 'def')] });
    updateRecord({ ...state, segments: [segment(6, 'ghi')], result: 'success' });
    const record = recordOf({ ...state, segments: [segment(0, 'abc')] });
    assert.equal(await (await record.responseReady).text(), 'abcdefghi');
    // All of it once more, as after a new start of the worker.
    updateRecord({ ...state, segments: [segment(0, 'abc'), segment(3, 'def'), segment(6, 'ghi')], result: 'success' });
    assert.equal(await (await recordOf({ ...state, result: 'success' }).responseReady).text(), 'abcdefghi');
    loseRecords(state.uid);
  });

  test('a new version has no bytes of the one before', async () => {
    const old = [segment(0, 'abc'), segment(3, 'def'), segment(6, 'ghi')];
    const url = 'https://segment.invalid/new';
    cached.set(url, new Response('xyz'));
    const state = makeRecord({ version: 1, head });
    updateRecord({ ...state, segments: old.slice(0, 2) });
    updateRecord({ ...state, version: 2, segments: [{ url, start: 0, length: 3 }], result: 'success' });
    // What comes late is of no use.
    updateRecord({ ...state, segments: old.slice(2) });
    assert.equal(await (await recordOf({ ...state, segments: old }).responseReady).text(), 'xyz');
    loseRecords(state.uid);
  });

  test('an answer that is older than the last update changes nothing', async () => {
    const state = makeRecord();
    updateRecord({ ...state, version: 1, head, result: 'success', segments: [segment(0, 'abc')] });
    assert.equal(await (await recordOf(state).responseReady).text(), 'abc');
    loseRecords(state.uid);
  });
});
