/** What the elements know, from the observer and from what is stored. */

import './environment.ts';

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { databaseName } from '../../js/border/names.ts';
import { Model } from '../../js/downloads/model.ts';
import { forget, history } from '../../js/extras/history.ts';
import { observe } from '../../js/extras/observe.ts';
import { closeChannels, makeRegistration, settle } from './environment.ts';
import { installDatabase } from './fake-database.ts';
import { FakeFetch } from './fake-notifications.ts';

/** Ours: the one of the browser has no class of a script. */
class Manager {
  readonly active = new Map<string, FakeFetch>();
  fetch = async (id: string): Promise<FakeFetch> => {
    const fetch = new FakeFetch(id);
    this.active.set(id, fetch);
    return fetch;
  };
  get = async (id: string): Promise<FakeFetch | undefined> => this.active.get(id);
  getIds = async (): Promise<string[]> => [...this.active.keys()];
}

let scopes = 0;
let manager: Manager;
let registration: ServiceWorkerRegistration;
let model: Model;

const states = (): string[] | undefined => model.downloads?.map(({ id, state }) => `${id} ${state}`);

async function elapse(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  await settle();
}

/** A new page. */
function open(): void {
  registration = makeRegistration(`https://app.example/${scopes}/`) as unknown as ServiceWorkerRegistration;
  manager = new Manager();
  Object.assign(registration, { backgroundFetch: manager });
  model = new Model(registration);
}

/** Time passes, by as much as timers are apart. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) await elapse(1_000);
}

/** Somebody shows what there is. */
async function show(): Promise<void> {
  model.subscribe(() => undefined);
  await settle();
}

/** As when all databases are deleted while it comes. */
function lose(fetch: FakeFetch): void {
  manager.active.delete(fetch.id);
  fetch.recordsAvailable = false;
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const page = new EventTarget();
  Object.assign(globalThis, {
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  });
  scopes += 1;
  open();
  installDatabase(databaseName(registration.scope), {});
});

afterEach(() => {
  mock.timers.reset();
  closeChannels();
});

describe('a failure that is removed', () => {
  const row = (uid: string, stage: string, id = 'film') => ({
    key: uid,
    value: { uid, id, stage, title: 'A film', failureReason: 'bad-status', downloaded: 0, ended: 1 },
  });
  let rows: Parameters<typeof installDatabase>[1] & object;
  const have = (fetches: (typeof rows)[string], meta: (typeof rows)[string] = []) => {
    rows = { meta: [{ key: 'epoch', value: 1 }, ...meta], fetches };
    installDatabase(databaseName(registration.scope), rows);
  };
  /** The engine removes it, last of all. */
  const deliver = (uid: string, id?: string): void => {
    rows.fetches = (rows.fetches ?? []).filter(({ key }) => key !== uid);
    rows.meta = [...(rows.meta ?? []), row(uid, 'over', id)];
  };
  const remembered = async () => (await history(registration)).map(({ id }) => id);

  test('while its event lasts does not come back, nor in the next page', async () => {
    await show();
    const film = await manager.fetch('film');
    await pass(1);
    manager.active.clear();
    Object.assign(film, { result: 'failure', failureReason: 'bad-status' });
    have([row('uid', 'ended')]);
    film.progress(0);
    await pass(2);
    assert.deepEqual(states(), ['film failed']);
    await model.remove('film', model.downloads?.[0]);
    film.recordsAvailable = false;
    deliver('uid');
    // Something else is there to be read.
    await model.look(Object.assign(new FakeFetch('another'), { result: 'success' }));
    assert.deepEqual(states(), ['another done']);
    open();
    await show();
    assert.deepEqual(states(), []);
  });

  test('is forgotten, and nothing else, whoever says so', async () => {
    have(
      [row('one', 'ended'), row('two', 'ended'), row('three', 'active'), row('four', 'ended', 'other')],
      [row('five', 'over'), row('six', 'over', 'other')],
    );
    await forget(registration, 'film');
    assert.deepEqual(await remembered(), ['other']);
    for (const uid of ['one', 'two', 'three']) deliver(uid);
    assert.deepEqual(await remembered(), ['other', 'film'], 'the one that ran still');
    await forget(registration, 'none');
    assert.deepEqual(rows.meta?.map(({ key }) => key).sort(), ['epoch', 'forgotten', 'six', 'three']);
    deliver('four', 'other');
    assert.deepEqual(await remembered(), ['other', 'film', 'other']);
    await forget(registration, 'other');
    assert.deepEqual(await remembered(), ['film']);
  });
});

test('another try that the user stops does not bring back how the first had failed, but for what is refused then', async () => {
  const failed = { uid: 'uid', id: 'film', title: 'A film', stage: 'over', failureReason: 'bad-status', ended: 1 };
  installDatabase(databaseName(registration.scope), { meta: [{ key: 'uid', value: failed }] });
  await show();
  assert.deepEqual(states(), ['film failed']);
  await model.start('film', '/film.mp4', { title: 'A film' });
  await pass(2);
  const film = manager.active.get('film') ?? assert.fail();
  manager.active.clear();
  film.failureReason = 'aborted';
  film.result = 'failure';
  await model.look(film);
  await pass(2);
  assert.deepEqual(states(), []);
  manager.fetch = async () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  await assert.rejects(model.start('film', '/film.mp4', { title: 'A film' }));
  assert.deepEqual(states(), ['film failed']);
});

describe('what ends before it is observed does not hide all else', () => {
  test('when the page begins', async () => {
    await manager.fetch('film');
    manager.get = async (id) => void manager.active.delete(id);
    await show();
    assert.equal(states(), undefined, 'it was there');
    await pass(2);
    assert.deepEqual(states(), []);
  });

  test('nor between two looks of an observer', async () => {
    observe(registration).subscribe(() => undefined);
    await pass(1);
    await manager.fetch('film');
    await show();
    assert.equal(states(), undefined);
    manager.active.clear();
    await pass(2);
    assert.deepEqual(states(), []);
  });

  test('and nothing is known while the observer has not seen what is there', async () => {
    await manager.fetch('film');
    const { get } = manager;
    manager.get = () => new Promise(() => undefined);
    await show();
    await pass(5);
    assert.equal(states(), undefined);
    manager.get = get;
  });
});

describe('of what is over and nobody knows how', () => {
  test('an observer knows nothing', async () => {
    const { subscribe, getSnapshot } = observe(registration);
    const unsubscribe = subscribe(() => undefined);
    const film = await manager.fetch('film');
    await manager.fetch('another');
    await pass(2);
    lose(film);
    await pass(1);
    assert.deepEqual(
      getSnapshot().map(({ id }) => id),
      ['another'],
    );
    unsubscribe();
  });

  test('nothing is shown, whoever has begun it', async () => {
    for (const begin of ['by the app', 'by an element'] as const) {
      await show();
      if (begin === 'by the app') await manager.fetch('film');
      else await model.start('film', '/film.mp4', { title: 'A film' });
      await pass(2);
      assert.deepEqual(states(), ['film running'], begin);
      const film = manager.active.get('film') ?? assert.fail();
      // It was looked at last by an element.
      await model.look(film);
      lose(film);
      await pass(1);
      assert.deepEqual(states(), [], begin);
    }
  });

  test('nor when it is too quick to be observed', async () => {
    await show();
    await model.start('film', '/film.mp4', { title: 'A film' });
    assert.deepEqual(states(), ['film running']);
    lose(manager.active.get('film') ?? assert.fail());
    await pass(6);
    assert.deepEqual(states(), []);
  });

  test('nor when the user cancels it', async () => {
    const film = await manager.fetch('film');
    await show();
    assert.deepEqual(states(), ['film running']);
    lose(film);
    await model.look(film);
    await pass(1);
    assert.deepEqual(states(), []);
  });
});
