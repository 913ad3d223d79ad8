/** What a click on a notification of `./notifications` does. */

import './environment.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BackgroundFetchRegistration } from '../../js/api/BackgroundFetchRegistration.ts';
import { BackgroundFetchEvent } from '../../js/worker/BackgroundFetchEvent.ts';
import { settle } from './environment.ts';
import { FakeFetch, FakeGlobal } from './fake-notifications.ts';
import { begun, end, global, happen, over, replace, start, told } from './notifications-bench.ts';

describe('a click', () => {
  /** What the app's handler of `backgroundfetchclick` gets. */
  function clicks(steps: (event: ExtendableEvent) => void = () => undefined): (Event & { registration: FakeFetch })[] {
    const events: (Event & { registration: FakeFetch })[] = [];
    global.addEventListener('backgroundfetchclick', (event) => {
      events.push(event as (typeof events)[number]);
      steps(event as ExtendableEvent);
    });
    return events;
  }

  test('is an event of the standard with the fetch, and opens the app', async () => {
    start({ when: 'progress' });
    const film = await begun();
    const events = clicks();
    await happen(global.click());
    assert.equal(events[0]?.registration, film);
    assert.deepEqual(global.went, [`open ${global.scope}`]);
    assert.equal(global.last.closed, false);
  });

  test('after the end, too, in the same life of the worker or another', async () => {
    start();
    const film = over();
    await end(film);
    const { last } = global;
    let events = clicks();
    await happen(global.click('open'));
    assert.equal(events[0]?.registration, film);
    assert.ok(last.closed);

    const interfaces = { BackgroundFetchEvent, BackgroundFetchRegistration };
    Object.assign(globalThis, interfaces);
    replace(new FakeGlobal(global));
    start();
    events = clicks();
    await happen(global.click('', last));
    for (const name of Object.keys(interfaces)) Reflect.deleteProperty(globalThis, name);
    const [event] = events;
    assert.ok(event instanceof BackgroundFetchEvent);
    const { registration } = event;
    assert.ok(registration instanceof BackgroundFetchRegistration);
    const { id, result, downloaded, downloadTotal, recordsAvailable } = registration;
    assert.deepEqual([id, result, downloaded, downloadTotal], ['film', 'success', 1000, 1000]);
    assert.equal(recordsAvailable, false);
    assert.equal(await registration.abort(), false);
    await assert.rejects(registration.match('/'), { name: 'InvalidStateError' });
  });

  test('on what has ended while the worker did not run shows how', async () => {
    start({ when: 'progress' });
    await begun();
    const { last } = global;
    replace(new FakeGlobal(global));
    // Another one has its id by now.
    global.active.set('film', new FakeFetch('film'));
    global.answers.subscribe = [
      { uid: 'uid', id: 'film', result: 'failure', failureReason: 'bad-status', downloaded: 7 },
    ];
    start();
    const events = clicks();
    await happen(global.click('', last));
    const { result, failureReason, downloaded } = events[0]?.registration ?? assert.fail('no event');
    assert.deepEqual([result, failureReason, downloaded], ['failure', 'bad-status', 7]);
  });

  test('is the affair of a handler that does something', async () => {
    start();
    await end(over());
    const { last } = global;
    let done = false;
    clicks((event) => event.waitUntil(settle().then(() => (done = true))));
    await happen(global.click('', last));
    assert.deepEqual([global.went, done], [[], true]);
    clicks((event) => event.preventDefault());
    await happen(global.click('', last));
    assert.deepEqual(global.went, []);
  });

  test('leads to the page that the app names: one that is open, if there is any', async () => {
    start({ url: 'downloads', describe: (id) => (id === 'film' ? undefined : { href: '#list' }) });
    const go = async (id: string, ...pages: string[]): Promise<string[]> => {
      global.pages = pages.map((page) => global.scope + page);
      global.went.length = 0;
      await end(Object.assign(over(), { id }));
      await happen(global.click());
      return global.went.map((step) => step.replace(global.scope, ''));
    };
    assert.deepEqual(await go('film', '', 'other'), ['open downloads']);
    assert.deepEqual(await go('film', 'other', 'downloads'), ['focus downloads']);
    assert.deepEqual(await go('another', ''), ['focus ', 'navigate #list']);
    assert.deepEqual(await go('another'), ['open #list']);
  });

  test('without a name for it, to any page of the app', async () => {
    start();
    await end(over());
    global.pages = ['https://app.example/elsewhere', `${global.scope}here`];
    await happen(global.click());
    assert.deepEqual(global.went, [`focus ${global.scope}here`]);
  });

  test('on an action does that, and is no event', async () => {
    start({ when: 'progress' });
    const film = await begun();
    const events = clicks();
    global.answers.status = told({ state: 'paused' });
    const { last } = global;
    const clicked = global.click('pause');
    // As in Firefox.
    last.close();
    await happen(global.dispatch('notificationclose', { notification: last }));
    await happen(clicked);
    assert.deepEqual(
      global.asked.filter(([kind]) => kind === 'pause'),
      [['pause', 'film', true]],
    );
    assert.equal(global.last.body, 'Paused · 0 kB of 1 kB');
    assert.deepEqual(
      global.last.actions.map(({ action }) => action),
      ['resume', 'cancel'],
    );
    global.answers.status = told();
    await happen(global.click('resume'));
    assert.deepEqual(
      global.last.actions.map(({ action }) => action),
      ['pause', 'cancel'],
    );
    await happen(global.click('cancel'));
    assert.deepEqual([film.aborted, global.open.length, events.length, global.went.length], [1, 0, 0, 0]);
  });

  test("on what is the app's own is left to it", async () => {
    start();
    await end(over());
    const { last } = global;
    let seen = 0;
    global.addEventListener('notificationclick', () => (seen += 1));
    const events = clicks();
    const foreign = [
      { tag: 'news', data: { id: 'film' } },
      { tag: last.tag, data: null },
      { tag: last.tag, data: { id: 'other' } },
      { tag: last.tag.replace(global.scope, 'https://app.example/other/'), data: last.data },
    ];
    for (const notification of foreign) await happen(global.click('', notification));
    assert.deepEqual([seen, events.length, global.went.length], [4, 0, 0]);
    await happen(global.click('', last));
    assert.deepEqual([seen, events.length], [4, 1]);
  });
});
