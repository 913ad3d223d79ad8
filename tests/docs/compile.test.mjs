/** All code in the documents has the right types, by those that are published. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';

import { fromRoot, targetDir } from '../../scripts/lib/paths.mjs';
import { blocks } from './blocks.mjs';

const outDir = join(targetDir, 'docs');
const { name: PACKAGE, exports } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));

/** Each entry, and where its types are written; and a package that is here by another name. */
const paths = {
  ...Object.fromEntries(
    Object.entries(exports)
      .filter(([, { types }]) => types)
      .map(([entry, { types }]) => [PACKAGE + entry.slice(1), [fromRoot('types', basename(types))]]),
  ),
  puppeteer: [fromRoot('node_modules', 'puppeteer-core')],
};

/** What each realm has beside the language, but for what the app itself has: `ambient/`. */
const realms = {
  page: { lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
  worker: { lib: ['es2022', 'webworker', 'webworker.iterable'], types: [] },
  node: { lib: ['es2022', 'dom'], types: ['node'] },
};

/**
 * Compiles `all`, each in a module of its own.
 * @param {keyof typeof realms} realm
 * @param {import('./blocks.mjs').Block[]} all
 * @returns {string[]} what is wrong, with the places in the documents
 */
function compile(realm, all) {
  const folder = join(outDir, realm);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = all.map(({ document, line, code }) => {
    const file = `${document.replaceAll('/', '~')}~${line}.js`;
    // A place in it is the place in the document.
    writeFileSync(join(folder, file), `${'\n'.repeat(line - 1)}${code}export {};\n`);
    return file;
  });
  const compilerOptions = {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    ...realms[realm],
    typeRoots: [fromRoot('node_modules', '@types')],
    paths,
    allowJs: true,
    checkJs: true,
    strict: true,
    noImplicitAny: false,
    useUnknownInCatchVariables: false,
    skipLibCheck: true,
    noEmit: true,
  };
  const ambient = [realm, 'packages'].map((name) => fromRoot('tests', 'docs', 'ambient', `${name}.d.ts`));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [...ambient, ...files] }, null, 2),
  );
  const tsc = fromRoot('node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '--project', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('~', '/').replace(/\/\d+\.js\(/, '('));
}

test('each block says a realm that there is', () => {
  const strange = blocks.filter(({ realm }) => !(realm in realms));
  assert.deepEqual(
    strange.map(({ document, line }) => `${document}:${line}`),
    [],
  );
});

describe('types of what is shown for a', () => {
  for (const realm of /** @type {(keyof typeof realms)[]} */ (Object.keys(realms))) {
    test(realm, () => {
      const all = blocks.filter((block) => block.realm === realm);
      assert.ok(all.length > 0);
      assert.deepEqual(compile(realm, all), []);
    });
  }

  test('page: a slip is found, where it is', () => {
    const slip = { document: 'docs/slip.md', line: 7, realm: 'page', code: 'await navigator.serviceWorker.redy;\n' };
    const [error] = compile('page', [slip]);
    assert.match(error, /^docs\/slip\.md\(7,31\): error TS2551: .*'redy'/);
  });
});
