// Builds `dist/`: Rust to wasm, then TypeScript to bundles. What is up to date is skipped.
//
//   node scripts/build.mjs [--only wasm|dist] [--force] [--out-dir DIR]

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWasm } from './lib/build-wasm.mjs';
import { buildDist } from './lib/bundle.mjs';
import { exitWith, PlainError, seconds } from './lib/run.mjs';

const steps = { wasm: buildWasm, dist: buildDist };

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      force: { type: 'boolean', default: false },
      'out-dir': { type: 'string' },
    },
  });
  const names = values.only ? [values.only] : Object.keys(steps);
  const outDir = values['out-dir'] && resolve(values['out-dir']);
  for (const name of names) {
    if (!steps[name]) throw new PlainError(`--only takes one of ${Object.keys(steps).join(', ')}.`);
    const started = Date.now();
    const changed = await steps[name]({ force: values.force, outDir });
    console.log(`build: ${name} ${changed ? 'built' : 'is up to date'} (${seconds(started)})`);
  }
}

main().catch(exitWith);
