// The layer rules that a tool can check: who may depend on whom, what the wasm file asks for, and what is
// decided where. Those that can be read off the sources are in `lib/source-rules.mjs`; `--sources FOLDER`
// checks these alone, in another folder.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fromRoot, root } from './lib/paths.mjs';
import { capture, exitWith, PlainError } from './lib/run.mjs';
import { shortModule } from './lib/short-names.mjs';
import { sourceRules } from './lib/source-rules.mjs';

const rulesOfTheBuild = [
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
];

try {
  const {
    values: { sources },
  } = parseArgs({ options: { sources: { type: 'string' } } });
  const rules = sources === undefined ? [...sourceRules, ...rulesOfTheBuild] : sourceRules;
  const results = rules.map(({ rule, broken }) => ({ rule, found: broken(sources ?? root) }));
  for (const { rule, found } of results) {
    console.log(`${found.length === 0 ? 'ok' : 'BROKEN'}: ${rule}`);
    for (const place of found) console.log(`  ${place}`);
  }
  const failed = results.filter(({ found }) => found.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  exitWith(error);
}
