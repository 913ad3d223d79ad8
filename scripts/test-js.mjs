// Unit tests of the TypeScript, in Node.js: `tests/js/**/*.test.ts` (or `.mjs`), bundled and run by the
// runner that comes with it. Arguments are passed on to `node --test`.

import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listFiles } from './lib/fresh.mjs';
import { fromRoot, targetDir } from './lib/paths.mjs';
import { exitWith, PlainError, start } from './lib/run.mjs';

const sources = fromRoot('tests', 'js');
const outDir = join(targetDir, 'test-js');

async function main() {
  const entryPoints = listFiles(sources).filter((file) => /\.test\.(ts|mjs)$/.test(file));
  if (entryPoints.length === 0) throw new PlainError(`There is no test in ${relative('.', sources)}.`);
  await bundle(entryPoints);
  const files = entryPoints.map((file) => join(outDir, relative(sources, file).replace(/\.(ts|mjs)$/, '.mjs')));
  const args = ['--enable-source-maps', '--test', '--test-reporter=spec', ...process.argv.slice(2)];
  process.exitCode = await start(process.execPath, [...args, ...files]);
}

async function bundle(entryPoints) {
  const esbuild = await import('esbuild');
  rmSync(outDir, { recursive: true, force: true });
  await esbuild.build({
    entryPoints,
    outdir: outDir,
    outbase: sources,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

main().catch(exitWith);
