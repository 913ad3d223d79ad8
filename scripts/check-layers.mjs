// The layer rules that a tool can check: the engine knows no browser, and the wasm file asks for nothing
// but its own bindings.

import { readFileSync } from 'node:fs';

import { PlainError, capture, exitWith } from './lib/run.mjs';
import { fromRoot } from './lib/paths.mjs';
import { listFiles } from './lib/fresh.mjs';
import { shortModule } from './lib/short-names.mjs';

const rules = [
  {
    rule: 'the engine depends on no crate of the browser',
    broken() {
      const args = ['tree', '--package', 'background-fetch-engine', '--edges', 'normal'];
      const tree = capture('cargo', [...args, '--target', 'all', '--prefix', 'none']);
      if (tree === undefined) throw new PlainError('`cargo tree` failed.');
      const ofBrowser = /^(wasm-bindgen|js-sys|web-sys|gloo-|serde-wasm-bindgen|idb )/;
      return tree.split('\n').filter((line) => ofBrowser.test(line));
    },
  },
  {
    // The build has looked at the modules' long names.
    rule: 'the wasm file imports from its bindings only',
    broken() {
      const module = new WebAssembly.Module(readFileSync(fromRoot('dist', 'background_fetch.wasm')));
      return WebAssembly.Module.imports(module)
        .filter((each) => each.module !== shortModule)
        .map((each) => `${each.module}.${each.name}`);
    },
  },
  {
    // Its borrow would last until the promise settles, and the next call would throw.
    rule: 'no export is an async method with `&mut self`',
    broken() {
      return listFiles(fromRoot('src'))
        .filter((file) => readFileSync(file, 'utf8').includes('#[wasm_bindgen'))
        .filter((file) => /pub async fn \w+\(\s*&mut self/.test(readFileSync(file, 'utf8')));
    },
  },
];

try {
  const results = rules.map(({ rule, broken }) => ({ rule, found: broken() }));
  for (const { rule, found } of results) {
    console.log(`${found.length === 0 ? 'ok' : 'BROKEN'}: ${rule}`);
    for (const line of found) console.log(`  ${line}`);
  }
  const failed = results.filter(({ found }) => found.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  exitWith(error);
}
