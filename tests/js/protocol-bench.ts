/** A page and a worker that talk to each other, on a clock that a test moves. */

import './environment.ts';

import { afterEach, beforeEach, mock } from 'node:test';
import type { FetchState } from '../../js/border/engine.ts';
import { Client } from '../../js/client/client.ts';
import { closeChannels, hearing, locks, makeRegistration, settle } from './environment.ts';
import { FakeWorker } from './fake-worker.ts';

let uids = 0;
/** New ones before each test. */
export let worker: FakeWorker;
export let client: Client;

export const args = (id = 'id') => ({
  uid: `uid ${(uids += 1)}`,
  id,
  requests: [],
  title: '',
  icons: [],
  downloadTotal: 0,
});
export const kinds = (): (string | undefined)[] => worker.received.map(({ kind }) => kind);
export const calls = (kind: string): number => kinds().filter((each) => each === kind).length;

/** A fetch that goes on until it is told to end. */
export async function begin(id?: string): Promise<FetchState> {
  const pending = client.call('fetch', args(id));
  await settle();
  return pending;
}

export async function elapse(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await settle();
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  locks.release();
  const scope = `https://app.example/${(uids += 1)}/`;
  const registration = makeRegistration(scope);
  worker = new FakeWorker(scope);
  registration.active = worker;
  client = hearing(new Client(registration as unknown as ServiceWorkerRegistration));
});

afterEach(() => {
  client.keepAlive.sleep();
  mock.timers.reset();
  closeChannels();
});
