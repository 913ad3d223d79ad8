import './environment.ts';

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as Requests from '../../js/api/request.ts';
import type { SentRequest } from '../../js/border/messages.ts';
import type * as Platform from '../../js/platform.ts';
import type * as Body from '../../js/worker/request-bodies.ts';

const URL_A = 'https://app.example/a';
const NativeRequest = Request;

let platform: typeof Platform;
let requests: typeof Requests;
let receiveRequest: (typeof Body)['receiveRequest'];

before(async () => {
  // As if it were WebKit, from before the first module on.
  Object.defineProperty(Error.prototype, 'sourceURL', { value: '', configurable: true });
  platform = await import('../../js/platform.ts');
  requests = await import('../../js/api/request.ts');
  ({ receiveRequest } = await import('../../js/worker/request-bodies.ts'));
  platform.watchRequests();
});

async function sent(request: Request): Promise<SentRequest> {
  const [data] = await requests.storeRequests([requests.createRequest(request)]);
  assert.ok(data);
  return data;
}

const post = (body: BodyInit): Request => new Request(URL_A, { method: 'POST', body });

async function bytesOf(data: SentRequest): Promise<string> {
  const { body } = await receiveRequest(data);
  assert.ok(body instanceof Blob);
  return body.text();
}

describe('in WebKit', () => {
  test('a request is as any other', () => {
    const request = post('x');
    assert.notEqual(Request, NativeRequest);
    assert.ok(request instanceof Request);
    assert.ok(request instanceof NativeRequest);
    assert.throws(() => new Request('http://'), TypeError);
    class Own extends Request {}
    assert.ok(new Own(URL_A) instanceof Own);
  });

  test('a Blob is sent as it was given, and stored as a copy', async () => {
    const blob = new Blob(['abcdef'], { type: 'a/b' });
    const request = post(blob);
    const data = await sent(request);
    assert.equal(data.body, blob);
    assert.equal(request.bodyUsed, true);
    assert.equal(await bytesOf(data), 'abcdef');
  });

  test('a large Blob is copied piece by piece', async () => {
    const bytes = new Uint8Array(9_000_001).map((_, index) => index * 7);
    const { body } = await receiveRequest(await sent(post(new Blob([bytes]).slice(1))));
    assert.deepEqual(new Uint8Array(await (body as Blob).arrayBuffer()), bytes.subarray(1));
  });

  test('the type is that of the header, not of the Blob', async () => {
    const request = post(new Blob(['x'], { type: 'a/b' }));
    request.headers.delete('content-type');
    const { headers, body } = await receiveRequest(await sent(request));
    assert.deepEqual([headers, (body as Blob).type], [[], '']);
  });

  test('a form is what it was when the request was made, with the boundary of its header', async () => {
    const form = new FormData();
    form.set('field', 'value\nof "two" lines');
    form.set('file', new File(['content of ', 'it'], 'na"me.txt', { type: 'text/x' }));
    form.set('empty', new File([], 'empty'));
    const request = post(form);
    const expected = await request.clone().text();
    form.set('late', 'too late');
    assert.equal(await bytesOf(await sent(new Request(request))), expected);
  });

  test('a form of nothing', async () => {
    const request = post(new FormData());
    const expected = await request.clone().text();
    assert.equal(await bytesOf(await sent(request)), expected);
  });

  test('a body that takes the place of another', async () => {
    const request = new Request(post(new Blob(['one'])), { body: 'two' });
    assert.equal(await bytesOf(await sent(request)), 'two');
  });

  test('everything else is read', async () => {
    assert.equal(await bytesOf(await sent(post('text'))), 'text');
    assert.equal(await bytesOf(await sent(post([['a', 'b']] as unknown as string))), 'a,b');
    assert.equal((await sent(new Request(post(new Blob(['x'])), { body: '' }))).body instanceof Blob, true);
    assert.equal((await sent(new Request(URL_A))).body, null);
  });
});

describe('the storage is asked to be kept', () => {
  function asked(): number {
    let times = 0;
    const persist = async (): Promise<boolean> => (times++, true);
    Object.defineProperty(navigator, 'storage', { value: { persist }, configurable: true });
    platform.persist();
    return times;
  }

  test('once for each fetch', () => assert.equal(asked(), 1));

  test('but not in Firefox, where the user would be asked', (t) => {
    Object.defineProperty(globalThis, 'mozInnerScreenX', { value: 0, configurable: true });
    t.after(() => Reflect.deleteProperty(globalThis, 'mozInnerScreenX'));
    assert.equal(asked(), 0);
  });

  test('where there is anybody to ask', () => {
    for (const value of [undefined, {}, { persist: async () => Promise.reject(new Error('no')) }]) {
      Object.defineProperty(navigator, 'storage', { value, configurable: true });
      platform.persist();
    }
  });
});

describe('the active worker', () => {
  type Worker = { state: string };

  /** The global of a worker, as far as it is looked at. */
  class Global extends EventTarget {
    registration = {
      active: null as Worker | null,
      installing: null as Worker | null,
      waiting: null as Worker | null,
    };
    declare serviceWorker?: Worker;
  }
  const watch = (global: Global) => platform.watchActivity(global as unknown as ServiceWorkerGlobalScope);
  const other = { state: 'installing' };

  test('knows itself', () => {
    const global = new Global();
    const own = { state: 'parsed' };
    global.serviceWorker = own;
    const activity = watch(global);
    assert.equal(platform.untilCertain(global as unknown as ServiceWorkerGlobalScope), 0);
    activity.prove();
    const states = ['parsed', 'installing', 'installed', 'activating', 'activated', 'redundant'];
    const active = states.filter((state) => {
      own.state = state;
      return activity.isActive;
    });
    assert.deepEqual(active, ['activating', 'activated']);
  });

  test('is told by its events where it does not', () => {
    const global = new Global();
    const activity = watch(global);
    assert.ok(platform.untilCertain(global as unknown as ServiceWorkerGlobalScope) > 0);
    // An update: the registration's active worker is another.
    global.registration.active = { state: 'activated' };
    global.dispatchEvent(new Event('install'));
    assert.equal(activity.isActive, false);
    activity.prove();
    assert.equal(activity.isActive, false, 'no message is for one that is being installed');
    global.dispatchEvent(new Event('activate'));
    assert.equal(activity.isActive, true);
  });

  test('has been for long if there was no event and is no other, and stays it', () => {
    const global = new Global();
    const activity = watch(global);
    assert.equal(activity.isActive, false);
    global.registration.active = { state: 'activated' };
    assert.equal(activity.isActive, true);
    global.registration.installing = other;
    assert.equal(activity.isActive, true);
  });

  for (const place of ['installing', 'waiting'] as const) {
    test(`started beside one that is ${place}, is only known by what comes to it`, () => {
      const global = new Global();
      global.registration.active = { state: 'activated' };
      global.registration[place] = other;
      const activity = watch(global);
      assert.equal(activity.isActive, false);
      activity.prove();
      assert.equal(activity.isActive, true);
      global.registration[place] = null;
      assert.equal(activity.isActive, true);
    });
  }
});
