// docs/how-a-download-flows.svg, from the code's own names: `npm run docs`. Fails if the code has one of them no more; with
// `--check` it writes nothing, and fails if the file is not up to date, too.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { draw, missingIn } from './lib/flow-picture.mjs';
import { lanes, parts } from './lib/flow-steps.mjs';
import { fromRoot } from './lib/paths.mjs';
import { exitWith, PlainError } from './lib/run.mjs';

const picture = fromRoot('docs', 'how-a-download-flows.svg');

function main() {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const missing = missingIn(parts, (file) => readFileSync(fromRoot(file), 'utf8'));
  if (missing.length > 0)
    throw new PlainError(`The code has no longer what scripts/lib/flow-steps.mjs names:\n${missing.join('\n')}`);
  const svg = draw(lanes, parts);
  if (!values.check) return writeFileSync(picture, svg);
  if (readFileSync(picture, 'utf8') !== svg)
    throw new PlainError('The picture of the flow is not up to date: npm run docs.');
  console.log('the picture of the flow names what there is');
}

try {
  main();
} catch (error) {
  exitWith(error);
}
