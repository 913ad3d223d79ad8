import './environment.ts';

import assert from 'node:assert/strict';
import { beforeEach, describe, mock, test } from 'node:test';
import { instanceOf } from '../../js/api/instances.ts';
import type { EventType, UIOptions } from '../../js/border/engine.ts';
import type { BackgroundFetchUpdateUIEvent } from '../../js/worker/BackgroundFetchUpdateUIEvent.ts';
import { FunctionalEvent } from '../../js/worker/functional-event.ts';
import { settle } from './environment.ts';
import { FakeConnection, makeState } from './fake-connection.ts';

type Fired = BackgroundFetchUpdateUIEvent & { waitUntil(promise: unknown): void };

const registration = instanceOf(makeState({ uid: 'uid' }), new FakeConnection());
let updates: [string, UIOptions][];
let over: boolean;

/** Fires an event at one handler. */
function fire(handler: (event: Fired) => void, type: EventType = 'backgroundfetchsuccess'): void {
  const target = new EventTarget();
  target.addEventListener(type, (event) => handler(event as Fired));
  const event = new FunctionalEvent('uid', async (uid, options) => void updates.push([uid, options]));
  void event.dispatch(target, type, registration).then(() => (over = true));
}

/** Until timers have fired, too. */
const later = () => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  updates = [];
  over = false;
});

describe('a functional event', () => {
  test('is what the standard says', async () => {
    let fired: Fired | undefined;
    fire((event) => (fired = event));
    assert.equal(fired?.constructor.name, 'BackgroundFetchUpdateUIEvent');
    assert.equal(fired?.registration, registration);
    assert.equal(fired?.bubbles, false);
    assert.equal(fired?.cancelable, false);
    fire((event) => assert.equal('updateUI' in event, false), 'backgroundfetchabort');
    await later();
    assert.equal(over, true);
  });

  test('lasts until the last promise has settled, whichever way', async () => {
    const ends: (() => void)[] = [];
    const promise = () => new Promise<void>((resolve) => ends.push(resolve));
    fire((event) => {
      event.waitUntil(promise());
      event.waitUntil(promise().then(() => event.waitUntil(promise())));
    });
    await later();
    ends[0]?.();
    await later();
    ends[1]?.();
    await later();
    assert.equal(over, false);
    ends[2]?.();
    await settle();
    assert.equal(over, true);
  });

  test('can be extended in the microtasks of its listeners, and not after that', async () => {
    let late!: Fired;
    let end!: () => void;
    fire(async (event) => {
      await null;
      await null;
      event.waitUntil(new Promise<void>((resolve) => (end = resolve)));
      late = event;
    });
    await later();
    assert.equal(over, false);
    end();
    await later();
    assert.equal(over, true);
    assert.throws(() => late.waitUntil(null), { name: 'InvalidStateError' });
    await assert.rejects(late.updateUI(), { name: 'InvalidStateError' });
  });

  test('is over before a timer of its listeners', async () => {
    let outcome: Promise<void> | undefined;
    fire((event) => {
      setTimeout(() => (outcome = assert.rejects(event.updateUI(), { name: 'InvalidStateError' })));
    });
    await later();
    assert.ok(outcome, 'the timer has not fired');
    await outcome;
    assert.deepEqual(updates, []);
  });

  test('takes a function for a value, as ever, but warns once', async () => {
    const warn = mock.method(console, 'warn', () => undefined);
    const wrong = mock.fn();
    fire((event) => event.waitUntil(wrong));
    fire((event) => event.waitUntil(wrong));
    await later();
    assert.equal(over, true);
    assert.equal(wrong.mock.callCount(), 0);
    assert.equal(warn.mock.callCount(), 1);
  });
});

describe('updateUI()', () => {
  test('works once', async () => {
    let first: Promise<undefined> | undefined;
    let second: Promise<undefined> | undefined;
    fire((event) => {
      first = event.updateUI({ title: 'T' });
      second = event.updateUI();
    });
    await assert.rejects(second as Promise<undefined>, { name: 'InvalidStateError' });
    assert.equal(await first, undefined);
    assert.deepEqual(updates, [['uid', { title: 'T' }]]);
  });

  test('a failed conversion does not count', async () => {
    let outcome: Promise<undefined> | undefined;
    fire((event) => {
      outcome = assert.rejects(event.updateUI({ icons: {} }), TypeError).then(() => event.updateUI());
    });
    await outcome;
    assert.equal(updates.length, 1);
  });

  test('is refused on an event that a script made', async () => {
    let constructor!: new (type: string, init: object) => Fired;
    fire((event) => (constructor = event.constructor as typeof constructor));
    const event = new constructor('backgroundfetchsuccess', { registration, bubbles: true });
    assert.equal(event.bubbles, true);
    await assert.rejects(event.updateUI(), { name: 'InvalidStateError' });
    assert.throws(() => event.waitUntil(null), { name: 'InvalidStateError' });
  });
});
