import './environment.ts';

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createManager } from '../../js/api/BackgroundFetchManager.ts';
import { instanceOf, liveInstances, loseInstance, updateInstance } from '../../js/api/instances.ts';
import { FakeConnection, makeRecord, makeState } from './fake-connection.ts';

const URL_A = 'https://app.example/a';

let connection: FakeConnection;
beforeEach(() => {
  connection = new FakeConnection();
});

describe('fetch()', () => {
  const make = () => createManager(() => connection);

  test('sends all that is needed to go on without the page', async () => {
    const state = makeState();
    connection.answers.fetch = state;
    const icons = [{ src: '/i.png' }];
    const registration = await make().fetch('id', [URL_A, new Request(URL_A)], { icons, downloadTotal: -1 });
    assert.equal(registration, instanceOf(state, connection));
    const [, args] = connection.calls[0] as [string, any];
    assert.equal(args.id, 'id');
    assert.equal(args.title, '');
    assert.equal(args.downloadTotal, 2 ** 64);
    assert.deepEqual(args.icons, [{ src: 'https://app.example/i.png' }]);
    assert.deepEqual(
      args.requests.map(({ url }: Request) => url),
      [URL_A, URL_A],
    );
    assert.match(args.uid, /^[0-9a-f-]{36}$/);
  });

  const refused: Record<string, unknown[]> = {
    'an empty id': ['', URL_A],
    'no requests': ['id', []],
    'a bad URL': ['id', 'http://'],
    'no-cors': ['id', new Request(URL_A, { mode: 'no-cors' })],
    'too few arguments': ['id'],
    'bad options': ['id', URL_A, 5],
    'icons that are no sequence': ['id', URL_A, { icons: {} }],
  };
  for (const [name, args] of Object.entries(refused)) {
    test(`refuses ${name} before anything is sent`, async () => {
      await assert.rejects(make().fetch(...(args as [unknown, unknown])), TypeError);
      assert.deepEqual(connection.calls, []);
    });
  }

  test('needs an active worker; get() and getIds() do not', async () => {
    connection.available = false;
    const refused = assert.rejects(make().fetch('id', URL_A), TypeError);
    // One that comes later is too late.
    connection.available = true;
    await refused;
    connection.available = false;
    assert.equal(await make().get('id'), undefined);
    assert.deepEqual(await make().getIds(), []);
    await assert.rejects(make().get(''), TypeError);
    assert.deepEqual(connection.calls, []);
  });
});

describe('update background fetch instances', () => {
  test('there is one object for each fetch, and none is mixed up with a later one of its id', () => {
    const state = makeState();
    assert.equal(instanceOf(state, connection), instanceOf({ ...state }, connection));
    assert.notEqual(instanceOf(state, connection), instanceOf(makeState(), connection));
  });

  test('a change fires progress, no change does not', () => {
    const state = makeState();
    const registration = instanceOf(state, connection);
    const seen: [number, string][] = [];
    registration.onprogress = () => seen.push([registration.downloaded, registration.result]);
    updateInstance({ ...state, downloaded: 10 });
    updateInstance({ ...state, downloaded: 10 });
    updateInstance({ ...state, downloaded: 5 });
    updateInstance({ ...state, downloaded: 5, uploaded: 1 });
    updateInstance({ ...state, downloaded: 5, uploaded: 1, result: 'failure', failureReason: 'aborted' });
    updateInstance({ ...state, downloaded: 7, result: 'failure', failureReason: 'aborted' });
    assert.deepEqual(seen, [
      [10, ''],
      [5, ''],
      [5, ''],
      [5, 'failure'],
    ]);
    assert.equal(registration.failureReason, 'aborted');
  });

  test('the records go without an event', () => {
    const state = makeState({ result: 'success' });
    const registration = instanceOf(state, connection);
    registration.onprogress = () => assert.fail();
    updateInstance({ ...state, recordsAvailable: false });
    assert.equal(registration.recordsAvailable, false);
    assert.deepEqual(liveInstances(connection), []);
  });

  test('an update that overtakes its object is not lost', async () => {
    const state = makeState();
    updateInstance({ ...state, downloaded: 100, result: 'success' });
    assert.equal(instanceOf(state, connection).result, 'success');
  });
});

describe('abort()', () => {
  test('asks the worker while the fetch is active', async () => {
    connection.answers.abort = true;
    const state = makeState();
    const registration = instanceOf(state, connection);
    assert.equal(await registration.abort(), true);
    updateInstance({ ...state, result: 'failure', failureReason: 'aborted' });
    assert.equal(await registration.abort(), false);
    assert.deepEqual(connection.calls, [['abort', state.uid]]);
  });
});

describe('match() and matchAll()', () => {
  test('make new objects each time, in the order given', async () => {
    const state = makeState();
    const registration = instanceOf(state, connection);
    connection.answers.match = [makeRecord({ index: 0 }), makeRecord({ index: 1 })];
    const [first, second] = await registration.matchAll();
    assert.ok(first && second);
    assert.notEqual(first, (await registration.matchAll())[0]);
    assert.notEqual(first.request, (await registration.match(URL_A))?.request);
    assert.equal(first.request, first.request);
    assert.deepEqual(connection.calls[0]?.slice(1, 3), [state.uid, null]);
  });

  test('give undefined for what is not there', async () => {
    connection.answers.match = [];
    assert.equal(await instanceOf(makeState(), connection).match(URL_A), undefined);
  });

  test('send method and headers, and leave a Request its body', async () => {
    connection.answers.match = [];
    const request = new Request(URL_A, { method: 'POST', body: 'x', headers: { 'X-A': '1' } });
    await instanceOf(makeState(), connection).match(request, { ignoreVary: true });
    const [, , query, options] = connection.calls[0] as any[];
    assert.equal(query.method, 'POST');
    assert.equal(query.body, null);
    assert.deepEqual(options, { ignoreMethod: false, ignoreSearch: false, ignoreVary: true });
    assert.equal(await request.text(), 'x');
  });

  test('check whether there are records before they look at the request', async () => {
    const state = makeState();
    const registration = instanceOf(state, connection);
    await assert.rejects(registration.match('http://'), TypeError);
    loseInstance(state.uid);
    await assert.rejects(registration.match('http://'), { name: 'InvalidStateError' });
    await assert.rejects(registration.matchAll(), { name: 'InvalidStateError' });
    assert.equal(await registration.abort(), false);
  });
});
