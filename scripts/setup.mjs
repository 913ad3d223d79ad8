// The one set-up behind every npm script: looks at what is here, installs what is missing, says what
// it does. With nothing missing it takes a fraction of a second. Node built-ins only.
//
//   node scripts/setup.mjs [--for node|engine|build|check|test|packaging]   (default: packaging, the most)
//   eval "$(node scripts/setup.mjs --print-env)"                  the same tools for your own shell

import { parseArgs } from 'node:util';
import { setUp } from './lib/plans.mjs';
import { exitWith } from './lib/run.mjs';
import { toolEnv } from './lib/tool-env.mjs';

async function main() {
  const { values } = parseArgs({
    options: { for: { type: 'string', default: 'packaging' }, 'print-env': { type: 'boolean' } },
  });
  if (values['print-env']) printEnv();
  else await setUp(values.for);
}

function printEnv() {
  for (const [name, value] of Object.entries(toolEnv())) {
    console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  }
}

main().catch(exitWith);
