// What the wasm file and its bindings call each other, in one or two letters.
//
// wasm-bindgen names every import after what it calls and a hash, once in the wasm and once in the
// script: 3 KB after brotli, which nobody reads. Binaryen shortens them in the wasm and prints which is
// which; here the script follows.

import { PlainError } from './run.mjs';

/** What the bindings are called in the wasm, before and after. */
const bindingsModule = './background_fetch_bg.js';
export const shortModule = 'a';

/** The pass of wasm-opt whose output `shorten` reads. */
export const shortNamesPass = '--minify-imports-and-exports-and-modules';

/**
 * The bindings with the names of `printed`, the output of wasm-opt. Every name has to be found: one that
 * is missing would only show when the module is instantiated.
 */
export function shorten(bindings, printed) {
  const { imports, exports } = JSON.parse(printed);
  const foreign = imports.filter(([module]) => module !== bindingsModule);
  if (foreign.length > 0) throw new PlainError(`The wasm file imports ${foreign[0].slice(0, 2).join('.')}.`);
  const importNames = new Map(imports.map(([, name, short]) => [name, short]));
  const exportNames = new Map(exports);
  const found = new Set();
  const renamed = (names, name) => {
    if (names.has(name)) found.add(name);
    return names.get(name) ?? name;
  };
  const text = bindings
    .replace(/^( {8})([\w$]+)(?=: |\()/gm, (_, indent, name) => indent + renamed(importNames, name))
    .replace(/\bwasm\.([\w$]+)/g, (_, name) => `wasm.${renamed(exportNames, name)}`)
    .replace(`"${bindingsModule}": import0`, `"${shortModule}": import0`);
  const missing = [...importNames.keys()].filter((name) => !found.has(name));
  if (missing.length > 0) throw new PlainError(`The bindings have no ${missing.join(', ')}.`);
  return text;
}
