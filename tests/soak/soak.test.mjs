/** The oracle of the soak, which must complain of everything that it is there for: `node --test tests/soak/soak.test.mjs` */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './lib/oracle.mjs';
import { permittedEnds, planFetch } from './lib/plan.mjs';
import { stream } from './lib/random.mjs';

const ORIGINS = { own: 'http://localhost:1', other: 'http://localhost:2' };
const PLANS = 400;
const planOf = (number) => planFetch({ seed: 'test', number, id: `fetch ${number}`, ...ORIGINS });
/** The first plan that fits, of many. */
const findPlan = (fits) => Array.from({ length: PLANS }, (_, index) => planOf(index + 1)).find(fits);

const START = 1_000_000;
const isPlain = (file) => file.repeatable && file.succeeds && !file.fails.length && file.size > 0;
const isSafe = ({ files, exceeds }) => !exceeds && files.length > 1 && files.length < 6 && files.every(isPlain);

/** As the app's worker writes a success down. */
function success(plan, at = START + 5_000) {
  const records = plan.files.map((file) => ({
    request: { url: file.url, method: file.init?.method ?? 'GET' },
    response: { status: 200, ok: true, size: file.size, sha256: file.versions()[0] },
  }));
  return { at, type: 'backgroundfetchsuccess', result: 'success', failureReason: '', records };
}

const lifeOf = (plan, rows, abort = 'no') => ({ plan, startedAt: START, certain: true, refused: false, abort, rows });
const kinds = (life, interruptions = []) => judge(life, interruptions).map(({ kind }) => kind);

test('a seed repeats its plans, and another has others', () => {
  assert.equal(JSON.stringify(planOf(7)), JSON.stringify(planOf(7)));
  assert.notEqual(JSON.stringify(planOf(7)), JSON.stringify(planOf(8)));
  const numbers = (name) => Array.from({ length: 5 }, stream(name).next);
  assert.deepEqual(numbers('a'), numbers('a'));
  assert.notDeepEqual(numbers('a'), numbers('b'));
});

test('what a plan promises is no complaint', () => {
  const plan = findPlan(isSafe);
  assert.deepEqual(kinds(lifeOf(plan, [success(plan)])), []);
});

test('wrong bytes', () => {
  const plan = findPlan(isSafe);
  const [short, other, swapped] = [success(plan), success(plan), success(plan)];
  short.records[0].response.size--;
  other.records[1].response.sha256 = 'f'.repeat(64);
  [swapped.records[0].response, swapped.records[1].response] = [
    swapped.records[1].response,
    swapped.records[0].response,
  ];
  assert.deepEqual(kinds(lifeOf(plan, [short])), ['wrong bytes']);
  assert.deepEqual(kinds(lifeOf(plan, [other])), ['wrong bytes']);
  assert.deepEqual(kinds(lifeOf(plan, [swapped])), ['wrong bytes', 'wrong bytes']);
});

test('either version of a file that changed, but nothing else', () => {
  const plan = findPlan((each) => isSafe(each) && each.files[0].versions().length === 2);
  const second = success(plan);
  second.records[0].response.sha256 = plan.files[0].versions()[1];
  assert.deepEqual(kinds(lifeOf(plan, [second])), []);
});

test('a record that rejects in a success, and a file that did not arrive beside one that failed', () => {
  const plan = findPlan(isSafe);
  const row = success(plan);
  row.records[0] = { request: row.records[0].request, error: 'TypeError' };
  assert.deepEqual(kinds(lifeOf(plan, [row])), ['wrong outcome']);

  const doomed = findPlan(
    ({ files }) => files.some(({ faults }) => faults[0] === '404') && isPlain(files[0]) && files.length < 6,
  );
  const failed = { ...success(doomed), type: 'backgroundfetchfail', result: 'failure', failureReason: 'bad-status' };
  const at = doomed.files.findIndex(({ faults }) => faults[0] === '404');
  failed.records[at].response = { status: 404, ok: false };
  assert.deepEqual(kinds(lifeOf(doomed, [failed])), []);
  failed.records[0] = { request: failed.records[0].request, error: 'TypeError' };
  assert.deepEqual(kinds(lifeOf(doomed, [failed])), ['wrong outcome']);
});

test('ends that the plan does not permit', () => {
  const plan = findPlan(isSafe);
  const failed = { ...success(plan), type: 'backgroundfetchfail', result: 'failure', failureReason: 'fetch-error' };
  assert.deepEqual(kinds(lifeOf(plan, [failed])), ['wrong outcome']);
  assert.deepEqual(kinds(lifeOf(plan, [success(plan)], 'yes')), ['wrong outcome'], 'it was aborted');
  assert.deepEqual(kinds(lifeOf(plan, [{ ...success(plan), error: 'InvalidStateError' }])), ['wrong outcome']);
  assert.deepEqual(kinds(lifeOf(plan, [{ ...success(plan), type: 'backgroundfetchabort' }])), ['wrong outcome']);
});

test('an upload may fail if it was interrupted, and only then', () => {
  const plan = findPlan(
    ({ files, exceeds }) =>
      !exceeds &&
      files.some(({ repeatable }) => !repeatable) &&
      files.every(({ succeeds, fails }) => succeeds && !fails.length),
  );
  assert.deepEqual(permittedEnds(plan, { interrupted: false, abort: 'no' }), ['']);
  assert.deepEqual(permittedEnds(plan, { interrupted: true, abort: 'no' }).sort(), ['', 'fetch-error']);
});

test('an upload beside a file that fails: whole, if nothing interrupted it', () => {
  const plan = findPlan(
    ({ files, exceeds }) =>
      !exceeds && files.some(({ faults }) => faults[0] === '404') && files.some(({ repeatable }) => !repeatable),
  );
  const row = { ...success(plan), type: 'backgroundfetchfail', result: 'failure', failureReason: 'bad-status' };
  plan.files.forEach((file, index) => {
    if (!file.succeeds) row.records[index].response = { status: 404, ok: false };
    if (!file.repeatable) row.records[index] = { request: row.records[index].request, error: 'TypeError' };
  });
  const uploads = plan.files.filter(({ repeatable }) => !repeatable).length;
  assert.deepEqual(kinds(lifeOf(plan, [row])), Array(uploads).fill('wrong outcome'));
  assert.deepEqual(kinds(lifeOf(plan, [row]), [{ kind: 'outage', start: START, end: START + 10 }]), []);
});

test('over HTTP/2 servers refuse streams, and a stream that is reset interrupts an upload', () => {
  const secure = { own: 'https://localhost:1', other: 'https://localhost:2' };
  const faults = (origins) =>
    Array.from({ length: 100 }, (_, index) =>
      planFetch({ seed: 'test', number: index + 1, id: 'x', ...origins }),
    ).flatMap(({ files }) => files.flatMap((file) => file.faults));
  assert.ok(faults(secure).includes('REFUSED_STREAM'));
  assert.ok(!faults(ORIGINS).includes('REFUSED_STREAM'));
  const plan = findPlan(({ files, exceeds }) => !exceeds && files.length === 1 && !files[0].repeatable);
  const failed = { ...success(plan), type: 'backgroundfetchfail', result: 'failure', failureReason: 'fetch-error' };
  failed.records[0] = { request: failed.records[0].request, error: 'TypeError' };
  assert.deepEqual(kinds(lifeOf(plan, [failed])), ['wrong outcome']);
  for (const kind of ['RST_STREAM', 'GOAWAY', 'lost connection']) {
    assert.deepEqual(kinds(lifeOf(plan, [failed]), [{ kind, start: START + 1_000, end: START + 1_000 }]), [], kind);
  }
});

test('more than downloadTotal: that, or a file that failed before', () => {
  const tooMuch = (each) => each.exceeds && each.files.every(({ repeatable }) => repeatable);
  const plain = findPlan((each) => tooMuch(each) && each.files.every(({ fails }) => !fails.length));
  const failing = findPlan((each) => tooMuch(each) && each.files.some(({ fails }) => fails.includes('fetch-error')));
  assert.deepEqual(permittedEnds(plain, { interrupted: true, abort: 'no' }), ['download-total-exceeded']);
  assert.ok(permittedEnds(failing, { interrupted: false, abort: 'no' }).includes('fetch-error'));
  assert.ok(!permittedEnds(failing, { interrupted: false, abort: 'no' }).includes(''));
});

test('an event that comes twice, unless a kill explains it', () => {
  const plan = findPlan(isSafe);
  const rows = [success(plan, START + 5_000), success(plan, START + 9_000)];
  const during = (kind, at) => [{ kind, start: START + at, end: START + at + 10 }];
  assert.deepEqual(kinds(lifeOf(plan, rows)), ['duplicate']);
  assert.deepEqual(kinds(lifeOf(plan, rows), during('worker', 5_010)), []);
  assert.deepEqual(kinds(lifeOf(plan, rows), during('outage', 5_010)), ['duplicate']);
  assert.deepEqual(kinds(lifeOf(plan, rows), during('worker', 4_000)), ['duplicate'], 'before the first');
  assert.deepEqual(kinds(lifeOf(plan, rows), during('worker', 8_500)), ['duplicate'], 'long after its end');
});

test('a long answer in the place of a file may be too much, but not without one', () => {
  const plan = findPlan(isSafe);
  const small = { ...plan, options: { ...plan.options, downloadTotal: 5 } };
  const failing = { ...small, files: [{ ...plan.files[0], fails: ['bad-status'] }] };
  const calm = /** @type {const} */ ({ interrupted: false, abort: 'no' });
  assert.deepEqual(permittedEnds(small, calm), ['']);
  assert.deepEqual(permittedEnds(failing, calm), ['bad-status', 'download-total-exceeded', '']);
});
