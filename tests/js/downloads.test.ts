/** What the elements show, from all that tells of downloads, and in which words. */

import './environment.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Download, merge, type Sources } from '../../js/downloads/download.ts';
import { Format } from '../../js/downloads/format.ts';
import { ENGLISH } from '../../js/downloads/strings.ts';
import type { Ended } from '../../js/extras/history.ts';
import type { ObservedFetch } from '../../js/extras/observe.ts';

const fetch = new EventTarget() as ObservedFetch['fetch'];
const observed = (more: Partial<ObservedFetch> = {}): ObservedFetch => ({
  id: 'film',
  fetch,
  state: 'running',
  reason: '',
  nextAttempt: null,
  rate: 0,
  secondsLeft: null,
  downloaded: 0,
  downloadTotal: 0,
  uploaded: 0,
  uploadTotal: 0,
  requests: { done: 0, failed: 0, total: 1 },
  title: 'Film',
  icons: [],
  ...more,
});
const item = { name: 'kept', id: 'film', title: 'Film', size: 70, kept: 1, urls: [] };
const ended = (more: Partial<Ended> = {}): Ended => ({
  id: 'film',
  title: 'Film',
  result: 'failure',
  failureReason: 'bad-status',
  downloaded: 0,
  ended: 1,
  ...more,
});

const shown = (sources: Partial<Sources>): Download[] =>
  merge({ observed: [], items: [], ended: [], gone: new WeakSet(), online: true, ...sources });
const states = (sources: Partial<Sources>): string[] =>
  shown(sources).map(({ id, state, reason }) => `${id} ${state} ${reason}`.trim());

describe('of an id there is one', () => {
  test('what is under way, else what is kept, else what has failed', () => {
    assert.deepEqual(states({ observed: [observed()], items: [item], ended: [ended()] }), ['film running']);
    const over = observed({ state: 'failure', reason: 'fetch-error' });
    assert.deepEqual(states({ observed: [over], items: [item], ended: [ended()] }), ['film done']);
    assert.deepEqual(states({ observed: [over], ended: [ended()] }), ['film failed fetch-error']);
    assert.deepEqual(states({ ended: [ended({ failureReason: 'fetch-error' }), ended()] }), ['film failed bad-status']);
  });

  test('a success that nobody has kept is one for as long as it is observed, and not dismissed', () => {
    const over = observed({ state: 'success' });
    assert.deepEqual(states({ observed: [over] }), ['film done']);
    assert.deepEqual(states({ observed: [over], gone: new WeakSet([fetch]) }), []);
    assert.deepEqual(states({ ended: [ended({ result: 'success', failureReason: '' })] }), []);
  });

  test('what the user has stopped is none', () => {
    assert.deepEqual(states({ observed: [observed({ state: 'failure', reason: 'aborted' })] }), []);
    assert.deepEqual(states({ ended: [ended({ failureReason: 'aborted' })] }), []);
  });

  test('nothing that is observed changes its place; what is kept follows, the newest first', () => {
    const items = ['a', 'b'].map((id) => ({ ...item, id, name: id }));
    const all = [observed({ id: 'b', state: 'success' }), observed({ id: 'c' })];
    assert.deepEqual(states({ observed: all, items: [...items, { ...item, id: 'd' }] }), [
      'b done',
      'c running',
      'd done',
      'a done',
    ]);
  });
});

test('the total is known only where all of it is', () => {
  const of = (more: Partial<ObservedFetch>) =>
    shown({ observed: [observed(more)] }).map(({ bytes, total }) => [bytes, total]);
  assert.deepEqual(of({ downloaded: 5 }), [[5, 0]]);
  assert.deepEqual(of({ downloaded: 5, downloadTotal: 10, uploaded: 1, uploadTotal: 2 }), [[6, 12]]);
  assert.deepEqual(of({ downloaded: 5, uploaded: 1, uploadTotal: 2 }), [[1, 2]]);
});

test("the browser's own waits for the network when there is none; ours says so itself", () => {
  assert.deepEqual(states({ observed: [observed({ requests: null })], online: false }), ['film waiting offline']);
  assert.deepEqual(states({ observed: [observed()], online: false }), ['film running']);
});

describe('in words', () => {
  const format = new Format('en', ENGLISH);
  const one = (more: Partial<Download>): Download => ({
    ...(shown({ observed: [observed()] })[0] as Download),
    ...more,
  });

  test('amounts, rate and time left', () => {
    const running = one({ bytes: 1_260_000, total: 1_400_000_000, rate: 3_140_000, secondsLeft: 445 });
    assert.equal(format.details(running), '1.3 MB of 1.4 GB · 3.1 MB/s · 7 min left');
    assert.equal(format.details(one({ bytes: 512, rate: 99_400 })), '0.5 kB · 99 kB/s');
    assert.equal(format.details(one({})), 'Downloading');
    const left = (secondsLeft: number): string => format.details(one({ secondsLeft }));
    assert.deepEqual([0.2, 29, 60, 3_599, 7_260].map(left), [
      '1 sec left',
      '29 sec left',
      '1 min left',
      '1 hr 0 min left',
      '2 hr 1 min left',
    ]);
  });

  test('reasons, and when it goes on if that is not soon', () => {
    const waiting = (reason: string, inMs: number | null): string =>
      format.state(one({ state: 'waiting', reason, nextAttempt: inMs === null ? null : Date.now() + inMs }));
    assert.equal(waiting('offline', null), 'Waiting for the network');
    assert.equal(waiting('server', 5_000), 'Waiting for the server');
    assert.match(waiting('server', 3_600_000), /^Waiting for the server until \d+:\d\d\s[AP]M$/);
    assert.match(waiting('retry', 3_600_000), /^Trying again at \d+:/);
    assert.match(waiting('retry', 90_000_000), /^Trying again at \d+\/\d+\/\d+, \d+:/);
    assert.equal(waiting('something new', 3_600_000), 'Waiting');
    assert.equal(format.details(one({ state: 'failed', reason: 'quota-exceeded', bytes: 5 })), 'Not enough room');
    assert.equal(format.details(one({ state: 'failed', reason: 'something new' })), 'Failed');
    assert.equal(format.details(one({ state: 'paused', bytes: 2e6, total: 4e6 })), 'Paused · 2 MB of 4 MB');
    assert.equal(format.details(one({ state: 'done', bytes: 2e6, total: 2e6 })), 'Downloaded · 2 MB');
  });

  test('in the language of the page, and in the words of the app; a tag that is none does no harm', () => {
    const strings = { ...ENGLISH, amount: '{done} von {total}' };
    const details = new Format('de', strings).details(one({ bytes: 1_500_000, total: 2_000_000, rate: 1_500 }));
    assert.equal(details, '1,5 MB von 2 MB · 1,5 kB/s');
    assert.match(new Format('ar-EG', ENGLISH).details(one({ bytes: 1_500_000 })), /١٫٥/);
    assert.match(new Format('no tag', ENGLISH).details(one({ bytes: 1_500_000 })), /1.5/);
  });
});
