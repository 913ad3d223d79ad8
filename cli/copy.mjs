// `copy`: the built scripts, for apps whose pages and workers load them by URL.

import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlainError } from './plain-error.mjs';

const FOLDER = 'background-fetch-polyfill';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

const moduleLines = (worker) => ({
  page: `<script type="module" src="/${FOLDER}/window.mjs"></script>`,
  worker: `import '/${FOLDER}/${worker}';`,
  registration: "navigator.serviceWorker.register('/sw.js', { type: 'module' })",
});

/** What may be asked for: the files, and the lines that load them. */
const kinds = {
  classic: {
    files: ['window.js', 'sw.js'],
    page: `<script src="/${FOLDER}/window.js"></script>`,
    worker: `importScripts('/${FOLDER}/sw.js');`,
  },
  modules: { files: ['window.mjs', 'sw.mjs'], ...moduleLines('sw.mjs') },
  slim: { files: ['window.mjs', 'sw.slim.mjs', 'background_fetch.wasm'], ...moduleLines('sw.slim.mjs') },
};

/**
 * Copies what is missing or is another version.
 * @param {string} folder that the app is served from
 * @param {{modules?: boolean, slim?: boolean, maps?: boolean}} options
 * @param {(line: string) => void} say
 * @returns {number} the exit code
 */
export function copy(folder, { modules, slim, maps }, say) {
  if (modules && slim) throw new PlainError('Either --modules or --slim: the slim scripts are modules, too.');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new PlainError(`There is no folder ${folder}.`);
  const { files, ...lines } = kinds[slim ? 'slim' : modules ? 'modules' : 'classic'];
  const to = join(folder, FOLDER);
  mkdirSync(to, { recursive: true });
  for (const name of files.flatMap((name) => withMap(name, maps))) copyFile(name, to, say);
  tell(lines, say);
  return 0;
}

const withMap = (name, maps) => (maps && !name.endsWith('.wasm') ? [name, `${name}.map`] : [name]);

function copyFile(name, to, say) {
  const [source, target] = [join(dist, name), join(to, name)];
  const before = existsSync(target) ? readFileSync(target) : undefined;
  if (before?.equals(readFileSync(source))) return say(`${target} is up to date`);
  copyFileSync(source, target);
  say(`${target} ${before ? 'updated' : 'copied'}`);
}

function tell({ page, worker, registration }, say) {
  say(`
In each page, before the API is used:
  ${page}
In the service worker, as its first line:
  ${worker}`);
  if (registration) say(`The worker is a module then:\n  ${registration}`);
  say('Where the app is not at the root of its origin, its path comes before.');
}
