// `npm run check`: format, lints and types of everything, in one go.

import { fromRoot } from './lib/paths.mjs';
import { setUp } from './lib/plans.mjs';
import { exitWith, start } from './lib/run.mjs';
import { nativeCrates, styleCheck, typeProjects } from './lib/stages.mjs';
import { toolEnv } from './lib/tool-env.mjs';
import { wasmTarget } from './lib/wasm-target.mjs';

const strict = ['--', '--deny', 'warnings'];
const tsc = fromRoot('node_modules', 'typescript', 'bin', 'tsc');

async function main() {
  await setUp('check');
  const env = toolEnv();
  const shell = ['--package', 'background-fetch-polyfill', '--target', wasmTarget, '--all-targets'];
  const steps = [
    ['cargo', ['fmt', '--all', '--check']],
    ['cargo', ['clippy', ...nativeCrates, '--all-targets', ...strict]],
    ['cargo', ['clippy', ...shell, ...strict]],
    [process.execPath, styleCheck],
    ...typeProjects.map((project) => [process.execPath, [tsc, '--project', project]]),
  ];
  const failed = [];
  for (const [command, args] of steps) {
    const line = [command, ...args].join(' ').replaceAll(process.execPath, 'node');
    console.log(`\n=== ${line}`);
    if ((await start(command, args, { env })) !== 0) failed.push(line);
  }
  console.log(failed.length === 0 ? '\nall checks passed' : `\nfailed:\n  ${failed.join('\n  ')}`);
  if (failed.length > 0) process.exitCode = 1;
}

main().catch(exitWith);
