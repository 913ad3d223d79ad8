// What the wasm file and its bindings call each other: next to nothing.
//
// wasm-bindgen names every import after what it calls and a hash, once in the wasm and once in the
// script: 3 KB after brotli, which nobody reads. Binaryen shortens those of the exports in the wasm and prints
// which is which; here the script follows. The imports are a list: their names in the wasm are their places in it.

import { PlainError } from './run.mjs';

/** What the bindings are called in the wasm, before and after. */
const bindingsModule = './background_fetch_bg.js';
export const shortModule = 'a';

/** The pass of wasm-opt whose output `shorten` reads. */
export const shortNamesPass = '--minify-imports-and-exports-and-modules';

/** The imports in the bindings, and where each of them begins. */
const IMPORTS = /^ {4}const import0 = \{\n {8}__proto__: null,\n(.*?)^ {4}\};\n/ms;
const EACH = /^ {8}(?=[\w$]+: )/m;

/**
 * The bindings with the names of `printed`, the output of wasm-opt; and what the wasm calls its imports, in the
 * order of the list: several are one and the same, if they are written alike. Every name has to be found: one
 * that is missing would only show when the module is instantiated.
 */
export function shorten(bindings, printed) {
  const { imports, exports } = JSON.parse(printed);
  const foreign = imports.filter(([module]) => module !== bindingsModule);
  if (foreign.length > 0) throw new PlainError(`The wasm file imports ${foreign[0].slice(0, 2).join('.')}.`);
  const exportNames = new Map(exports);
  const list = importList(bindings, new Map(imports.map(([, name, short]) => [name, short])));
  const text = bindings
    .replace(IMPORTS, () => `    const import0 = [\n${list.map(({ code }) => `        ${code}`).join('')}    ];\n`)
    .replace(/\bwasm\.([\w$]+)/g, (_, name) => `wasm.${exportNames.get(name) ?? name}`)
    .replace(`"${bindingsModule}": import0`, `"${shortModule}": import0`);
  return { text, imports: list.map(({ names }) => names) };
}

/** Like beside like, for brotli. */
function importList(bindings, shortNames) {
  const [, body = ''] = IMPORTS.exec(bindings) ?? [];
  const left = new Map(shortNames);
  /** @type {Map<string, string[]>} */
  const list = new Map();
  for (const each of body.split(EACH)) {
    const [, name, code] = /^([\w$]+): (.*)$/s.exec(each) ?? [];
    if (!left.has(name)) continue;
    list.set(code, [...(list.get(code) ?? []), left.get(name)]);
    left.delete(name);
  }
  if (left.size > 0) throw new PlainError(`The bindings have no ${[...left.keys()].join(', ')}.`);
  return [...list.keys()].sort().map((code) => ({ code, names: list.get(code) }));
}
