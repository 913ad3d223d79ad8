/** A module of the package as a classic script, for workers that `importScripts`, as a bundler of the app's would make it. */
import { join } from 'node:path';
import { build } from 'esbuild';

/** @param {string} dist @param {string} name @param {string} globalName */
export async function classic(dist, name, globalName) {
  const { outputFiles } = await build({
    entryPoints: [join(dist, name)],
    bundle: true,
    write: false,
    format: 'iife',
    globalName,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
