/** A service worker with notifications, on a clock that a test moves. */

import './environment.ts';

import { afterEach, beforeEach, mock } from 'node:test';
import { CHANNEL } from '../../js/border/messages.ts';
import { begin } from '../../js/notifications/notify.ts';
import type { Options } from '../../js/notifications/options.ts';
import { closeChannels, settle } from './environment.ts';
import { FakeFetch, FakeGlobal } from './fake-notifications.ts';

/** What the worker tells of one that is under way. */
export const told = (more: object = {}): object => ({
  uid: 'uid',
  title: 'A film',
  icons: [{ src: '/film.png' }],
  state: 'running',
  next: null,
  requests: 1,
  done: 0,
  failed: 0,
  ...more,
});

/** A new one before each test. */
export let global: FakeGlobal;

/** Another one from now on. */
export const replace = (other: FakeGlobal): FakeGlobal => (global = other);

/** What was given to `reportError()`. */
export const reported: unknown[] = [];

export function start(options: Options = {}): FakeGlobal {
  begin(global.asGlobal, options);
  return global;
}

/** The worker's core tells that there is something to do. */
export async function tell(scope = global.scope): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.postMessage({ scope, active: true });
  await settle();
  await elapse(1_000);
}

/** One is under way, and shown where progress is. */
export async function begun(film = new FakeFetch('film')): Promise<FakeFetch> {
  global.active.set(film.id, film);
  await tell();
  return film;
}

/** Time passes, and what follows from it. */
export async function elapse(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await settle();
}

/** An event of the browser's or the library's; timers run while it lasts. */
export async function happen<T>(event: Promise<T>): Promise<T> {
  for (let turn = 0; turn < 5; turn += 1) await elapse(1);
  return event;
}

export const over = (more: Partial<FakeFetch> = {}): FakeFetch =>
  new FakeFetch('film', { result: 'success', downloaded: 1000, ...more });
export const end = (registration: object, type = 'backgroundfetchsuccess', members: object = {}): Promise<Event> =>
  happen(global.dispatch(type, { registration, updateUI: async () => undefined, ...members }));

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  global = new FakeGlobal();
  global.answers.status = told();
  reported.length = 0;
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
});

afterEach(() => {
  mock.timers.reset();
  closeChannels();
});
