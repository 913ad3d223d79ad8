// The layer rules that a tool can check: who may depend on whom, what the wasm file asks for, and what is
// decided where. Those that can be read off the sources are in `lib/source-rules.mjs`; `--sources FOLDER`
// checks these alone, in another folder.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { PlainError, capture, exitWith } from './lib/run.mjs';
import { fromRoot, root } from './lib/paths.mjs';
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
  const { values: { sources } } = parseArgs({ options: { sources: { type: 'string' } } });
  const rules = sources === undefined ? [...sourceRules, ...rulesOfTheBuild] : sourceRules;
  const results = rules.map(({ rule, pending, broken }) => judge(rule, pending, broken(sources ?? root)));
  for (const { line, found } of results) {
    console.log(line);
    for (const place of found) console.log(`  ${place}`);
  }
  const failed = results.filter(({ ok }) => !ok).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  exitWith(error);
}

/** A rule that is not kept yet must be seen to be broken, or nobody would put it into force. */
function judge(rule, pending, found) {
  if (!pending) {
    const ok = found.length === 0;
    return { ok, line: `${ok ? 'ok' : 'BROKEN'}: ${rule}`, found };
  }
  const ok = found.length > 0;
  return ok
    ? { ok, line: `not yet: ${rule} (${pending})`, found: [] }
    : { ok, line: `NOT BROKEN ANY MORE: ${rule}: delete its \`pending\``, found };
}
