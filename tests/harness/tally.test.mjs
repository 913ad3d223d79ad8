/** What the sum of a test run says, read from outputs as runners print them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { failures, tally } from '../../scripts/lib/tally.mjs';

const OURS = `ok      webkit  match: ignoreSearch (3.2 s)
FAILED  webkit  progress: in every page (6.7 s)
          AssertionError: Expected values to be equal:
          
          + []
          3163 ms GET /file → 200
ok      webkit  progress: as much as is allowed (4.9 s)
FAILED  webkit  quota: a large file (1.0 s)
          Error: not within 10 ms
397 passed, 2 failed
`;

test('passed and failed are summed over all runners', () => {
  assert.deepEqual(tally(OURS), { passed: 397, failed: 2 });
  assert.deepEqual(tally(`${OURS}test result: ok. 10 passed; 1 failed; 0 ignored`), { passed: 407, failed: 3 });
  assert.equal(tally('nothing of the kind'), undefined);
});

test('what failed is found with its reasons, and nothing else', () => {
  const [first, second, ...rest] = failures(OURS);
  assert.deepEqual(
    first.split('\n').map((line) => line.trim()),
    [
      'FAILED  webkit  progress: in every page (6.7 s)',
      'AssertionError: Expected values to be equal:',
      '',
      '+ []',
      '3163 ms GET /file → 200',
    ],
  );
  assert.match(second, /^FAILED {2}webkit {2}quota: a large file .*\n +Error: not within 10 ms$/);
  assert.deepEqual(rest, []);
});

test('in colours, of other runners, and never more than can be read', () => {
  assert.deepEqual(failures('\u001b[31m✖ a test (3 ms)\u001b[0m\n  Error: no\n✔ another'), [
    '✖ a test (3 ms)\n  Error: no',
  ]);
  assert.deepEqual(failures('test room::works ... ok\ntest room::breaks ... FAILED\n'), [
    'test room::breaks ... FAILED\n',
  ]);
  const [long] = failures(`FAILED  x\n${`  ${'y'.repeat(1_000)}\n`.repeat(1_000)}`);
  assert.equal(long.split('\n').length, 40);
  assert.ok(long.split('\n').every((line) => line.length <= 300));
});
