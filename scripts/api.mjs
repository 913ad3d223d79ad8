// docs/api.md, made from `types/`: `npm run docs`. With `--check` it writes nothing, and fails if the file is not up to date.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeEntries } from './lib/api-page.mjs';
import { fromRoot } from './lib/paths.mjs';
import { exitWith, PlainError } from './lib/run.mjs';

const page = fromRoot('docs', 'api.md');

async function main() {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const { name, exports } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const text = await describeEntries(name, exports);
  if (!values.check) return writeFileSync(page, text);
  if (readFileSync(page, 'utf8') !== text) throw new PlainError('docs/api.md is not what types/ say: npm run docs.');
  console.log('docs/api.md says what types/ say');
}

main().catch(exitWith);
