/** A checkout of web-platform-tests: where it is, and which tests of Background Fetch it has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The folder whose tests are run. */
const SUITE = 'background-fetch';
/** What must be there for its server to run. */
const MARKS = [`${SUITE}/fetch.https.window.js`, 'tools/serve/serve.py', 'resources/testharness.js'];
/** Folders whose files are never tests themselves. */
const SUPPORT = new Set(['resources', 'support', 'service_workers']);

/** What `// META: global=` may name: how the test's document is called, for each global. */
const GLOBALS = {
  window: '.any.html',
  dedicatedworker: '.any.worker.html',
  'dedicatedworker-module': '.any.worker-module.html',
  sharedworker: '.any.sharedworker.html',
  'sharedworker-module': '.any.sharedworker-module.html',
  serviceworker: '.any.serviceworker.html',
  'serviceworker-module': '.any.serviceworker-module.html',
};
/** Names for several of them; a test that says nothing has `default`. */
const GROUPS = {
  default: ['window', 'dedicatedworker'],
  worker: ['dedicatedworker', 'sharedworker', 'serviceworker'],
};

/**
 * @typedef {object} WebTest
 * @property {string} name path within the suite, with the variant
 * @property {string} path of the URL
 * @property {boolean} secure whether it is for https
 * @property {boolean} long whether it asks for more time
 * @property {string} source of its script or document
 */

/** @param {string[]} candidates folders, in the order of preference @returns {string | null} an absolute path */
export function findCheckout(candidates) {
  const isCheckout = (/** @type {string} */ folder) => MARKS.every((mark) => existsSync(join(folder, mark)));
  return candidates.map((each) => resolve(each)).find(isCheckout) ?? null;
}

/** What it has for its hosts; no browser knows who signed it. @param {string} root */
export function certificateOf(root) {
  const read = (/** @type {string} */ end) => readFileSync(join(root, `tools/certs/web-platform.test.${end}`));
  return { key: read('key'), cert: read('pem') };
}

/** @param {string} root @returns {WebTest[]} */
export function listTests(root) {
  return files(join(root, SUITE))
    .flatMap((file) => testsOf(relative(join(root, SUITE), file), readFileSync(file, 'utf8')))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {string} folder @returns {string[]} */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SUPPORT.has(entry.name) ? [] : files(path);
    return [path];
  });
}

/**
 * The tests that WPT makes of one file: https://web-platform-tests.org/writing-tests/testharness.html
 * @param {string} file within the suite @param {string} source
 * @returns {WebTest[]}
 */
export function testsOf(file, source) {
  const meta = metaOf(source);
  const shared = {
    secure: /\.https\./.test(file),
    long: meta('timeout').includes('long') || /<meta name="?timeout"? content="?long/.test(source),
    source,
  };
  const variants = meta('variant');
  return documents(file, source, meta('global')).flatMap((name) =>
    (variants.length ? variants : ['']).map((variant) => ({
      ...shared,
      name: name + variant,
      path: `/${SUITE}/${name}${variant}`,
    })),
  );
}

/** @param {string} file @param {string} source @param {string[]} globals */
function documents(file, source, globals) {
  if (file.endsWith('.window.js')) return [file.replace(/\.js$/, '.html')];
  if (file.endsWith('.worker.js')) return [file.replace(/\.js$/, '.html')];
  if (file.endsWith('.any.js')) {
    const names = globals.length ? globals.flatMap((each) => each.split(',')) : ['default'];
    return names
      .flatMap((name) => GROUPS[name.trim()] ?? [name.trim()])
      .map((name) => {
        if (!GLOBALS[name]) throw new Error(`${file} is for a global that is not known here: ${name}`);
        return file.replace(/\.any\.js$/, GLOBALS[name]);
      });
  }
  return /\.x?html?$/.test(file) && source.includes('/resources/testharness.js') ? [file] : [];
}

/** @param {string} source @returns {(key: string) => string[]} the values of `// META: key=value` */
function metaOf(source) {
  const lines = [...source.matchAll(/^\/\/\s*META:\s*(\w+)=(.*)$/gm)];
  return (key) => lines.filter(([, name]) => name === key).map(([, , value]) => value.trim());
}
