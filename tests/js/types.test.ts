import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';

// The current folder is the project's: this file itself runs from elsewhere.
const tsc = 'node_modules/typescript/bin/tsc';

describe('types', () => {
  for (const program of ['page', 'worker', 'implementation', 'aliases', 'aliases-worker']) {
    test(program, () => {
      const args = [tsc, '--project', `tests/types/${program}`];
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    });
  }
});
