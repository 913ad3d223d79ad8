import './environment.ts';

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Connection } from '../../js/border/connection.ts';

import { install } from '../../js/install.ts';
import { makeRegistration } from './environment.ts';

const order: string[] = [];
const note = (what: string) => async () => void order.push(what);

Object.assign(ServiceWorkerRegistration.prototype, {
  async unregister() {
    order.push('registration');
    return true;
  },
});
Object.assign(caches, { delete: note('cache') });
Object.assign(globalThis, {
  indexedDB: {
    deleteDatabase() {
      const request: { onsuccess?: () => void } = {};
      setTimeout(() => {
        order.push('database');
        request.onsuccess?.();
      });
      return request;
    },
  },
});
install(() => ({}) as Connection);

describe('unregister()', () => {
  beforeEach(() => void order.splice(0));

  test('what is stored goes first, while the worker can still let go of it', async () => {
    const registration = makeRegistration();
    registration.active = { postMessage() {} };
    assert.equal(await (registration as unknown as ServiceWorkerRegistration).unregister(), true);
    assert.deepEqual(order, ['database', 'cache', 'cache', 'registration']);
  });

  test('a registration that is no more takes nothing from its successor', async () => {
    await (makeRegistration() as unknown as ServiceWorkerRegistration).unregister();
    assert.deepEqual(order, ['registration']);
  });
});
