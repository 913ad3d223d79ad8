import './environment.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createManager } from '../../js/api/BackgroundFetchManager.ts';
import type { Connection } from '../../js/border/connection.ts';

import { install } from '../../js/install.ts';
import { installEvents } from '../../js/worker/install-events.ts';
import { describeSurface } from './describe-surface.mjs';
import { makeRegistration } from './environment.ts';
import native from './native-surface.json';

const connection = { scope: 'https://app.example/', available: false } as Connection;
const before = describeSurface(globalThis);
install(() => connection);
const inWindow = describeSurface(globalThis);
installEvents(globalThis as unknown as EventTarget);
const inWorker = describeSurface(globalThis);

/** One test for each thing that reflection shows, so that a report names it. */
function compare(ours: Record<string, string>, theirs: Record<string, string>): void {
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    test(key, () => assert.equal(ours[key], theirs[key]));
  }
}

describe('in a window, as in Chromium', () => compare(inWindow, native.window));
describe('in a service worker, as in Chromium', () => compare(inWorker, native.serviceWorker));

test('nothing is there before', () => {
  assert.deepEqual(new Set(Object.values(before)), new Set(['absent', 'gives undefined']));
});

test('our caches are not among those of the app', async () => {
  assert.deepEqual(await caches.keys(), ['the app’s own']);
  const { value, ...flags } = Object.getOwnPropertyDescriptor(CacheStorage.prototype, 'keys') as PropertyDescriptor;
  assert.deepEqual([value.name, value.length], ['keys', 0]);
  assert.deepEqual(flags, { writable: true, enumerable: true, configurable: true });
});

test('each registration has one manager', () => {
  const registration = makeRegistration() as unknown as ServiceWorkerRegistration;
  const { backgroundFetch } = registration;
  assert.equal(registration.backgroundFetch, backgroundFetch);
  assert.equal(Object.prototype.toString.call(backgroundFetch), '[object BackgroundFetchManager]');
  assert.deepEqual(Reflect.ownKeys(backgroundFetch), []);
});

test('a manager finds its way anew for each call', async () => {
  let found = 0;
  const manager = createManager(() => {
    found += 1;
    return { ...connection, hasWork: async () => false } as Connection;
  });
  await manager.getIds();
  await manager.get('id');
  assert.equal(found, 2);
});

describe('events made by a script', () => {
  const Event = (globalThis as { BackgroundFetchEvent?: any }).BackgroundFetchEvent;
  for (const init of [undefined, null, 1, {}, { registration: {} }]) {
    test(`are refused for ${JSON.stringify(init)}`, () => assert.throws(() => new Event('x', init), TypeError));
  }
});
