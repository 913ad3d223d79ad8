/** The list itself, and the judge: without a browser. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { fileSha256 } from '../server/content.mjs';
import { planFile } from '../server/faults.mjs';
import { KNOWN, unknownNames } from './known.mjs';
import { judge } from './lib/judge.mjs';
import { changeOf } from './lib/play.mjs';
import { asMarkdown, complaints } from './lib/report.mjs';
import { comes, comesOrFails, EITHER_VERSION, fails, SECOND, SIZE } from './lib/words.mjs';
import { situations } from './list/index.mjs';

const FILE = { url: 'http://localhost/file', seed: 7, size: 1000, sent: 1000, requests: [{}] };

/** What a worker would have seen of one file. @param {{seed: number, size: number}} of */
const row = ({ seed, size }, more = {}) => ({
  result: 'success',
  failureReason: '',
  records: [{ response: { status: 200, size, sha256: fileSha256(seed, size), headers: {} } }],
  ...more,
});

const outcome = (seen, { right = comes(), file = FILE, seconds = 1 } = {}) =>
  judge(seen, [/** @type {any} */ (file)], right, seconds).outcome;

test('the right bytes are right, and no others are', () => {
  assert.equal(outcome(row(FILE)), 'right');
  assert.equal(outcome(row({ seed: 7, size: 999 })), 'wrong bytes');
  assert.equal(outcome(row({ seed: 8, size: 1000 })), 'wrong bytes');
});

test('another version is right where it may be', () => {
  const second = row({ seed: 7 + SECOND, size: 1000 });
  assert.equal(outcome(second), 'wrong bytes');
  assert.equal(outcome(second, { right: comes({ versions: EITHER_VERSION }) }), 'right');
});

test('wrong bytes are worse than a success that should have been a failure', () => {
  assert.equal(outcome(row(FILE), { right: fails('bad-status') }), 'failed');
  assert.equal(outcome(row({ seed: 8, size: 1000 }), { right: fails('bad-status') }), 'wrong bytes');
});

test('a failure is right where it must be, or may be, and for its reason', () => {
  const failure = row(FILE, { result: 'failure', failureReason: 'fetch-error' });
  assert.equal(outcome(failure), 'failed');
  assert.equal(outcome(failure, { right: fails('bad-status') }), 'failed');
  assert.equal(outcome(failure, { right: fails('fetch-error') }), 'right');
  assert.equal(outcome(failure, { right: comesOrFails() }), 'right');
});

test('what cannot be read is no success', () => {
  assert.equal(outcome(row(FILE, { records: [{ error: 'TypeError' }] })), 'failed');
  assert.equal(outcome(row(FILE, { error: 'InvalidStateError' })), 'failed');
  assert.equal(outcome(row(FILE, { records: [] })), 'failed');
});

test('records in another order are those of their URLs, and each is there once', () => {
  const files = [7, 8].map((seed) => ({ ...FILE, seed, url: `http://localhost/${seed}` }));
  const records = files.map((file) => ({ ...row(file).records[0], request: { url: file.url } }));
  const end = (seen) => judge(row(FILE, { records: seen }), /** @type {any} */ (files), comes(), 1).outcome;
  assert.equal(end([records[1], records[0]]), 'right');
  assert.equal(end([records[0], records[0]]), 'failed');
});

test('bytes, requests and time have a price', () => {
  assert.equal(outcome(row(FILE), { file: { ...FILE, sent: 5000 } }), 'costly');
  assert.equal(outcome(row(FILE), { file: { ...FILE, requests: Array(100).fill({}) } }), 'costly');
  assert.equal(outcome(row(FILE), { seconds: 1000 }), 'costly');
});

test('every server can give its answers', async () => {
  // Those of the origin's pace keep no process alive.
  const alive = setInterval(() => {}, 1_000);
  for (const situation of situations) {
    const file = { size: SIZE, seed: 7, ...situation.file };
    const query = new URLSearchParams(Object.entries(file).map(([name, value]) => [name, String(value)]));
    const url = new URL(`http://localhost:1/file?${query}`);
    const state = { count: 0, hits: 0 };
    const change = changeOf(situation, { seed: 7, size: Number(file.size) }, 0);
    for (const range of [undefined, 'bytes=500000-', 'bytes=700000-', undefined]) {
      const headers = { host: 'localhost:1', 'accept-encoding': 'gzip', ...(range && { range }) };
      const plan = planFile({ method: 'GET', headers, url }, state, { peer: 'http://localhost:2' });
      const changed = await change(plan, { method: 'GET', headers, url }, /** @type {any} */ (exchange()), entry());
      if (changed) assert.ok(changed.status >= 200 && changed.body !== undefined, situation.name);
    }
  }
  clearInterval(alive);
});

test('what is known is of the list, and has a reason', () => {
  assert.deepEqual(unknownNames(situations), []);
  for (const { end, reason, engines } of Object.values(KNOWN))
    assert.ok(end !== 'right' && reason && engines.length > 0);
});

test('what is known may end so, and in no other way', () => {
  const [name, { end }] = Object.entries(KNOWN).find(([, known]) => known.end === 'stuck' && !known.varies) ?? [];
  const of = (outcome) => complaints(/** @type {any} */ ([{ engine: 'webkit', name, outcome }])).length;
  assert.deepEqual(['right', 'wrong bytes', end].map(of), [1, 1, 0]);
});

test('only ends of ours are complained of', () => {
  const result = (engine, name, outcome) => ({ engine, name, case: 'new', outcome, seconds: 1 });
  const results = [
    result('chromium-native', 'a', 'wrong bytes'),
    result('firefox', 'a', 'wrong bytes'),
    result('firefox', 'b', 'right'),
  ];
  assert.deepEqual(complaints(/** @type {any} */ (results)), ['firefox: a: wrong bytes']);
  const table = asMarkdown(/** @type {any} */ ([{ case: '2', name: 'a' }]), /** @type {any} */ (results), ['firefox']);
  assert.match(table, /^\| 2 \| a \| WRONG BYTES \|$/m);
});

/** One that takes everything, at once. */
function exchange() {
  const connection = Object.assign(new EventEmitter(), { write: () => true, end() {}, resetAndDestroy() {} });
  return { connection, onClose() {}, breakOff() {}, isOver: false };
}

const entry = () => /** @type {any} */ ({ status: 0, bytesSent: 0, done: false });
