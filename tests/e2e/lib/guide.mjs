/** What a guide shows, as a bundler of the app's makes it. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { blocksOf } from '../../docs/blocks.mjs';

/** Entries of the package, and their files in `dist/`. The page's own comes last, as it is the beginning of all others. */
const ENTRIES = {
  '/aliases': 'aliases.mjs',
  '/downloads': 'downloads.mjs',
  '/downloads/element': 'downloads.element.mjs',
  '/offline': 'offline.mjs',
  '/sw': 'sw.mjs',
  '': 'window.mjs',
};

/**
 * All blocks of a guide that are for one realm: a module in pages, a classic script in workers.
 * @param {string} dist @param {string} guide @param {string} realm
 * @param {{apart?: boolean}} [options] each in a scope of its own, after all imports
 */
export async function bundled(dist, guide, realm, { apart = false } = {}) {
  const codes = blocksOf(`docs/guides/${guide}.md`)
    .filter((each) => each.realm === realm)
    .map(({ code }) => code);
  const { outputFiles } = await build({
    stdin: { contents: (apart ? codes.map(scoped) : codes).join('\n'), resolveDir: dist },
    alias: Object.fromEntries(
      Object.entries(ENTRIES).map(([entry, file]) => [`background-fetch-polyfill${entry}`, join(dist, file)]),
    ),
    bundle: true,
    write: false,
    format: realm === 'page' ? 'esm' : 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

const IMPORT = /^import .*$/gm;
const scoped = (/** @type {string} */ code) =>
  `${(code.match(IMPORT) ?? []).join('\n')}\n{${code.replace(IMPORT, '')}}`;
