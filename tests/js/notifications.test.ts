/** What `./notifications` shows of background fetches. */

import './environment.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notify } from '../../js/notifications/notify.ts';
import { settle } from './environment.ts';
import { FakeFetch, FakeGlobal, native } from './fake-notifications.ts';
import {
  begun,
  elapse,
  end,
  global,
  happen,
  over,
  replace,
  reported,
  start,
  tell,
  told,
} from './notifications-bench.ts';

test('elsewhere than in a service worker it does nothing', () => {
  assert.equal(notify({ when: 'progress' }), undefined);
});

describe('at the end', () => {
  test('there is one that says so, with title and icon', async () => {
    start();
    await end(over());
    const { title, icon, body, tag, actions, silent, renotify } = global.last;
    assert.deepEqual([title, icon, body], ['A film', '/film.png', 'Downloaded · 1 kB']);
    assert.equal(tag, `background-fetch-polyfill:${global.scope}#film`);
    assert.deepEqual(actions, [{ action: 'open', title: 'Open' }]);
    assert.deepEqual([silent, renotify], [false, true]);
    assert.equal(global.shown.length, 1);
  });

  test('what has failed says why, and what was sent that it was sent', async () => {
    start();
    await end(over({ result: 'failure', failureReason: 'quota-exceeded' }), 'backgroundfetchfail');
    assert.equal(global.last.body, 'Not enough room');
    await end(over({ uploadTotal: 5000, uploaded: 5000, downloadTotal: 0 }));
    assert.equal(global.last.body, 'Uploaded · 5 kB');
  });

  test('that of another try is heard, too', async () => {
    start();
    const failed = over({ result: 'failure', failureReason: 'bad-status' });
    for (const each of [failed, over()]) {
      await end(each, each === failed ? 'backgroundfetchfail' : undefined);
      assert.deepEqual([global.last.silent, global.last.renotify], [false, true]);
    }
    assert.deepEqual([global.last.body, global.shown.length], ['Downloaded · 1 kB', 2]);
  });

  test('nothing without a permission, and nobody is asked for it', async () => {
    for (const Notification of [undefined, { permission: 'default' }, { permission: 'denied' }]) {
      replace(new FakeGlobal());
      global.Notification = Notification;
      await end((start({ when: 'progress' }), over()));
      assert.deepEqual(global.shown, []);
    }
  });

  test('it comes when the handlers of the app are through', async () => {
    start();
    let done = (): void => undefined;
    global.addEventListener('backgroundfetchsuccess', (event) => {
      (event as ExtendableEvent).waitUntil(new Promise<void>((resolve) => (done = resolve)));
    });
    const ended = end(over());
    await elapse(5_000);
    assert.deepEqual(global.shown, []);
    done();
    await ended;
    await settle();
    assert.equal(global.last.title, 'A film');
  });

  test('a handler that fails hides nothing', async () => {
    start();
    global.addEventListener('backgroundfetchsuccess', (event) => {
      (event as ExtendableEvent).waitUntil(Promise.reject(new Error('no room')).catch(() => undefined));
    });
    await end(over());
    assert.equal(global.open.length, 1);
  });

  test('updateUI() gives another title and icon, at once', async () => {
    start();
    const given: unknown[] = [];
    global.addEventListener('backgroundfetchsuccess', (event) => {
      const { updateUI, waitUntil } = event as ExtendableEvent & { updateUI(ui: object): Promise<void> };
      const ui = { title: 'Ready', icons: [{ src: '/ready.png' }] };
      waitUntil.call(
        event,
        updateUI.call(event, ui).then(() => new Promise((resolve) => setTimeout(resolve, 60_000))),
      );
    });
    const updateUI = async (ui: unknown): Promise<undefined> => void given.push(ui);
    const ended = end(over(), undefined, { updateUI });
    await elapse(1);
    assert.deepEqual([global.last.title, global.last.icon], ['Ready', '/ready.png']);
    assert.equal(given.length, 1);
    await elapse(60_000);
    await ended;
    assert.equal(global.shown.length, 1, 'it is not shown twice');
  });

  test('an updateUI() that is refused changes nothing, and says so to the app', async () => {
    start();
    let refusal: unknown;
    global.addEventListener('backgroundfetchfail', (event) => {
      const { updateUI } = event as Event & { updateUI(ui: object): Promise<void> };
      updateUI.call(event, { title: 'Again' }).catch((error: unknown) => (refusal = error));
    });
    const updateUI = (): Promise<never> => Promise.reject(new DOMException('twice', 'InvalidStateError'));
    await end(over({ result: 'failure', failureReason: 'fetch-error' }), 'backgroundfetchfail', { updateUI });
    assert.equal((refusal as Error).name, 'InvalidStateError');
    assert.equal(global.last.title, 'A film');
  });

  test('what the user has stopped leaves none', async () => {
    start({ when: 'progress' });
    const film = await begun();
    assert.equal(global.open.length, 1);
    global.active.clear();
    Object.assign(film, { result: 'failure', failureReason: 'aborted' });
    await end(film, 'backgroundfetchabort', { updateUI: undefined });
    assert.deepEqual(global.open, []);
    await elapse(60_000);
    assert.deepEqual(global.open, []);
  });

  test("the browser's own shows itself, unless it is asked for, too", async () => {
    start();
    await end(native(over()));
    assert.deepEqual(global.shown, []);
    replace(new FakeGlobal());
    start({ native: true });
    await end(native(over()));
    assert.deepEqual([global.last.title, global.last.body], ['film', 'Downloaded · 1 kB']);
    assert.deepEqual(global.asked, []);
  });
});

describe('what the app says', () => {
  test('of one: its title, icon and link; or that it is none to show', async () => {
    start({
      describe: (id) => (id === 'film' ? { title: 'Ferry', icon: '/ferry.png', href: 'ferry' } : false),
      strings: { done: 'Da' },
      lang: 'de',
    });
    await end(over({ downloaded: 1500 }));
    const { title, icon, body, lang, data } = global.last;
    assert.deepEqual([title, icon, body, lang], ['Ferry', '/ferry.png', 'Da · 1,5 kB', 'de']);
    assert.equal(data.link, `${global.scope}ferry`);
    await end(Object.assign(over(), { id: 'other' }));
    assert.equal(global.shown.length, 1);
  });

  describe('while a page is visible, nothing', () => {
    let isVisible = false;
    const hidden = (): false | undefined => (isVisible ? false : undefined);

    test('what was shown before goes: progress with the next look, or the end', async () => {
      for (const ends of [false, true]) {
        isVisible = false;
        replace(new FakeGlobal());
        global.answers.status = told();
        start({ when: 'progress', describe: hidden });
        const film = await begun();
        assert.equal(global.open.length, 1);
        isVisible = true;
        if (ends) await end(Object.assign(film, { result: 'success' }));
        else await elapse(10_000);
        assert.deepEqual(global.open, []);
        assert.deepEqual(reported, []);
      }
    });

    test('what had failed goes when another try has succeeded', async () => {
      isVisible = false;
      start({ describe: hidden });
      await end(over({ result: 'failure', failureReason: 'bad-status' }), 'backgroundfetchfail');
      isVisible = true;
      await end(over());
      assert.deepEqual([global.open.length, global.shown.length], [0, 1]);
    });

    test('it comes again as it was: the user has not put it away', async () => {
      isVisible = false;
      start({ when: 'progress', describe: hidden });
      await begun();
      const { last } = global;
      isVisible = true;
      await elapse(10_000);
      // As in Firefox.
      await global.dispatch('notificationclose', { notification: last });
      isVisible = false;
      await elapse(10_000);
      assert.deepEqual([global.open.length, global.last.body], [1, last.body]);
      const again = global.last;
      again.close();
      await global.dispatch('notificationclose', { notification: again });
      for (isVisible of [true, false]) await elapse(10_000);
      assert.deepEqual(global.open, []);
    });
  });

  test('what fails in it is reported, and no event fails with it', async () => {
    start({ describe: () => Promise.reject(new Error('no list')) });
    await end(over());
    assert.deepEqual([global.shown.length, String(reported[0])], [0, 'Error: no list']);
  });
});

describe('progress', () => {
  test('is shown when the worker tells, and then every ten seconds at most', async () => {
    start({ when: 'progress' });
    const film = await begun();
    assert.deepEqual([global.last.title, global.last.body, global.last.silent], ['A film', '0 kB of 1 kB', true]);
    for (let second = 1; second <= 30; second += 1) {
      film.progress(second * 10);
      await elapse(1_000);
    }
    const { length } = global.shown;
    assert.ok(length === 4 || length === 3, `${length} times in 31 seconds`);
    assert.match(global.last.body ?? '', /^0\.\d kB of 1 kB/);
    assert.equal(global.open.length, 1);
  });

  test('is shown when the first one begins, as the worker tells', async () => {
    start({ when: 'progress' });
    await elapse(1_000);
    assert.deepEqual(global.shown, []);
    global.active.set('film', new FakeFetch('film'));
    await tell('https://app.example/other/');
    assert.deepEqual(global.shown, []);
    await tell();
    assert.equal(global.last.title, 'A film');
  });

  test('what does not change is not shown again', async () => {
    start({ when: 'progress' });
    global.answers.status = told({ state: 'offline' });
    await begun();
    for (let second = 0; second < 60; second += 1) await elapse(1_000);
    assert.deepEqual(
      global.shown.map(({ body }) => body),
      ['Waiting for the network · 0 kB of 1 kB'],
    );
  });

  test('nothing where a notification cannot have actions, nor without a wish', async () => {
    for (const [options, maxActions] of [
      [{ when: 'progress' }, 0],
      [{ when: 'progress' }, undefined],
      [{}, 2],
    ] as const) {
      replace(new FakeGlobal());
      global.Notification = { permission: 'granted', ...(maxActions !== undefined && { maxActions }) };
      start(options);
      await begun();
      await elapse(20_000);
      assert.deepEqual(global.shown, []);
    }
  });

  test('what the user has put away comes again when it is over, and is heard once', async () => {
    start({ when: 'progress' });
    const film = await begun();
    // Firefox tells this of one that is replaced, too.
    await global.dispatch('notificationclose', { notification: global.last });
    film.progress(400);
    await elapse(20_000);
    assert.match(global.last.body ?? '', /^0\.4 kB/);
    const { last } = global;
    const { length } = global.shown;
    last.close();
    await global.dispatch('notificationclose', { notification: last });
    film.progress(500);
    await elapse(20_000);
    assert.deepEqual(global.open, []);
    global.active.clear();
    film.result = 'success';
    film.progress(1000);
    await end(film);
    assert.equal(global.last.body, 'Downloaded · 1 kB');
    await end(film);
    assert.equal(global.shown.length, length + 1);
  });

  test('as many actions as there may be', async () => {
    const actions = async (maxActions: number, state = 'running'): Promise<string[]> => {
      replace(new FakeGlobal());
      global.Notification = { permission: 'granted', maxActions };
      global.answers.status = told({ state });
      start({ when: 'progress' });
      await begun();
      return global.last.actions.map(({ title }) => title);
    };
    assert.deepEqual(await actions(1), ['Pause']);
    assert.deepEqual(await actions(2), ['Pause', 'Cancel']);
    assert.deepEqual(await actions(3), ['Pause', 'Cancel', 'Open']);
    assert.deepEqual(await actions(2, 'paused'), ['Resume', 'Cancel']);
    assert.deepEqual(await actions(2, 'finishing'), ['Open']);
  });
});

test('with the ponyfill, its target has the events, and its manager what is under way', async () => {
  const target = new EventTarget();
  const { manager } = global;
  Object.assign(global.registration, { backgroundFetch: undefined });
  start({ when: 'progress', target, manager });
  const film = await begun();
  assert.equal(global.shown.length, 1);
  let clicked: unknown;
  target.addEventListener(
    'backgroundfetchclick',
    (event) => (clicked = (event as unknown as { registration: unknown }).registration),
  );
  await happen(global.click());
  assert.equal(clicked, film);
});
