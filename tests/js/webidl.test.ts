import './environment.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  toBackgroundFetchOptions,
  toCacheQueryOptions,
  toRequestInfo,
  toRequestList,
} from '../../js/api/dictionaries.ts';
import { resolveUrl } from '../../js/api/resolve-url.ts';
import { required, toDictionary, toDOMString, toSequence, toUnsignedLongLong } from '../../js/webidl/convert.ts';
import { EventHandlerAttribute } from '../../js/webidl/event-handler.ts';
import { toErrorData, toException } from '../../js/webidl/exceptions.ts';
import { toUIOptions } from '../../js/worker/dictionaries.ts';

const CONTEXT = 'Test';

describe('unsigned long long', () => {
  const cases: [unknown, number][] = [
    [0, 0],
    [-0, 0],
    [-0.5, 0],
    [3.7, 3],
    ['12', 12],
    [null, 0],
    [undefined, 0],
    [NaN, 0],
    [Infinity, 0],
    [-Infinity, 0],
    [-1, 2 ** 64],
    [2 ** 64 + 4096, 4096],
    [{ valueOf: () => 7 }, 7],
  ];
  for (const [value, expected] of cases) {
    test(`${String(value)} gives ${expected}`, () => {
      assert.ok(Object.is(toUnsignedLongLong(value, CONTEXT), expected));
    });
  }

  test('a BigInt or a Symbol is refused', () => {
    assert.throws(() => toUnsignedLongLong(1n, CONTEXT), TypeError);
    assert.throws(() => toUnsignedLongLong(Symbol(), CONTEXT), TypeError);
  });
});

describe('strings', () => {
  test('a Symbol is refused', () => {
    assert.throws(() => toDOMString(Symbol(), CONTEXT), TypeError);
  });

  test('lose lone surrogates only where they become URLs', () => {
    assert.equal(toDOMString('a\uD800', CONTEXT), 'a\uD800');
    assert.equal(resolveUrl('/a\uD800b😀'), 'https://app.example/a%EF%BF%BDb%F0%9F%98%80');
    const [url] = toRequestList('https://app.example/a\uDC00', CONTEXT);
    assert.equal(new Request(url as string).url, 'https://app.example/a%EF%BF%BD');
  });
});

describe('sequences', () => {
  const toStrings = toSequence(toDOMString);

  test('any iterable object will do', () => {
    assert.deepEqual(toStrings(new Set([1, 'b']), CONTEXT), ['1', 'b']);
  });

  for (const value of [undefined, null, 'abc', {}, 5, { [Symbol.iterator]: 5 }]) {
    test(`${JSON.stringify(value)} is refused`, () => {
      assert.throws(() => toStrings(value, CONTEXT), TypeError);
    });
  }
});

describe('dictionaries', () => {
  test('undefined and null are empty ones, other primitives are refused', () => {
    assert.deepEqual(toUIOptions(undefined, CONTEXT), {});
    assert.deepEqual(toUIOptions(null, CONTEXT), {});
    for (const value of [1, 'a', true, 1n, Symbol()]) {
      assert.throws(() => toUIOptions(value, CONTEXT), TypeError);
    }
    assert.deepEqual(
      toUIOptions(() => 1, CONTEXT),
      {},
    );
  });

  test('members are read in the order of the standard', () => {
    const read: string[] = [];
    const options = new Proxy({}, { get: (_, key) => void read.push(String(key)) });
    assert.deepEqual(toBackgroundFetchOptions(options, CONTEXT), { downloadTotal: 0 });
    assert.deepEqual(read, ['icons', 'title', 'downloadTotal']);
  });

  test('an icon needs a src', () => {
    assert.throws(
      () => toUIOptions({ icons: [{}] }, CONTEXT),
      /Test: icons of BackgroundFetchUIOptions: src of ImageResource/,
    );
    assert.throws(() => toUIOptions({ icons: {} }, CONTEXT), TypeError);
    const icons = [{ src: 'a', sizes: 1 }];
    assert.deepEqual(toUIOptions({ icons }, CONTEXT), { icons: [{ src: 'a', sizes: '1' }] });
  });

  test('flags have their defaults', () => {
    const options = toCacheQueryOptions({ ignoreSearch: 1 }, CONTEXT);
    assert.deepEqual(options, { ignoreMethod: false, ignoreSearch: true, ignoreVary: false });
  });

  test('a required member may be anything but undefined', () => {
    const convert = toDictionary<{ a: string }>('A', { a: required(toDOMString) });
    assert.throws(() => convert({}, CONTEXT), TypeError);
    assert.deepEqual(convert({ a: null }, CONTEXT), { a: 'null' });
  });
});

describe('(RequestInfo or sequence<RequestInfo>)', () => {
  const request = new Request('https://app.example/a');

  test('one', () => {
    assert.deepEqual(toRequestList('a', CONTEXT), ['a']);
    assert.deepEqual(toRequestList(undefined, CONTEXT), ['undefined']);
    assert.deepEqual(toRequestList(new URL('https://app.example/u'), CONTEXT), ['https://app.example/u']);
    assert.equal(toRequestList(request, CONTEXT)[0], request);
  });

  test('several', () => {
    assert.deepEqual(toRequestList(['a', request, 5], CONTEXT), ['a', request, '5']);
    assert.deepEqual(toRequestList([], CONTEXT), []);
    assert.deepEqual(toRequestList(new String('ab'), CONTEXT), ['a', 'b']);
  });

  test('an @@iterator that is no function is refused', () => {
    assert.throws(() => toRequestList({ [Symbol.iterator]: 1 }, CONTEXT), TypeError);
  });

  test('an object that only inherits from Request is none', () => {
    assert.equal(toRequestInfo(Object.create(Request.prototype, { toString: { value: () => 'x' } }), CONTEXT), 'x');
  });
});

describe('event handler attributes', () => {
  test('null, a function, an object, anything else', () => {
    const attribute = new EventHandlerAttribute('x');
    const target = new EventTarget();
    const handler = (): void => undefined;
    assert.equal(attribute.get(target), null);
    attribute.set(target, handler);
    assert.equal(attribute.get(target), handler);
    attribute.set(target, 'no');
    assert.equal(attribute.get(target), null);
    const object = {};
    attribute.set(target, object);
    assert.equal(attribute.get(target), object);
    target.dispatchEvent(new Event('x'));
  });

  test('a new value keeps the place among the listeners, null gives it up', () => {
    const attribute = new EventHandlerAttribute('x');
    const target = new EventTarget();
    const calls: string[] = [];
    attribute.set(target, () => calls.push('first'));
    target.addEventListener('x', () => calls.push('listener'));
    attribute.set(target, () => calls.push('second'));
    target.dispatchEvent(new Event('x'));
    attribute.set(target, null);
    attribute.set(target, () => calls.push('third'));
    target.dispatchEvent(new Event('x'));
    assert.deepEqual(calls, ['second', 'listener', 'listener', 'third']);
  });
});

describe('exceptions', () => {
  for (const name of ['TypeError', 'RangeError', 'InvalidStateError', 'QuotaExceededError', 'AbortError']) {
    test(`a ${name} survives the border`, () => {
      const exception = toException(toErrorData({ name, message: 'why' }));
      assert.equal(exception.name, name);
      assert.equal(exception.message, 'why');
    });
  }

  test('whatever is thrown becomes one', () => {
    assert.equal(toException(toErrorData('why')).message, 'why');
    assert.equal(toException(toErrorData(undefined)).name, 'UnknownError');
    assert.ok(toException(toErrorData(new TypeError('a'))) instanceof TypeError);
  });
});
