// What a source says of others, as far as that can be read without compiling it: for the rules of
// `check-layers`. Each line keeps its number.

/** Comments, and whatever has quotes: a lifetime is none of them. */
const inRust = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\br(#*)"[\s\S]*?"\1|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[^']+|[^'\\])'/g;
const inScripts = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;

/** The code, and the texts in it, in which a member of an object may be named. */
export function withoutComments(source, path) {
  const each = path.endsWith('.rs') ? inRust : inScripts;
  return source.replace(each, (found) => (found.startsWith('/') ? blank(found) : found));
}

/** The code of a Rust source without texts, and without what is compiled for tests only. */
export function codeOf(source) {
  let code = source.replace(inRust, blank);
  for (let at; (at = code.indexOf('#[cfg(test)]')) >= 0; ) {
    const end = endOfItem(code, at);
    code = code.slice(0, at) + blank(code.slice(at, end)) + code.slice(end);
  }
  return code;
}

const blank = (text) => text.replace(/[^\n]/g, ' ');

/** After the `;` of the item that begins at `at`, or after its block. */
function endOfItem(code, at) {
  const end = code.slice(at).search(/[;{]/) + at;
  return code[end] === '{' ? endOfBlock(code, end) : end + 1;
}

/** After the `}` of the block that begins at `at`. */
function endOfBlock(code, at) {
  let depth = 0;
  for (let end = at; end < code.length; end++) {
    if (code[end] === '{') depth += 1;
    if (code[end] === '}' && --depth === 0) return end + 1;
  }
  return code.length;
}

export const lineOf = (code, at) => code.slice(0, at).split('\n').length;

/**
 * All that `code`, of the file `path` in the crate's `src`, names at the root of its crate: by
 * `crate::name`, `crate::{name, …}`, or by as many `super::`.
 */
export function namesAtRoot(code, path) {
  const depth = path.replace(/(\/mod)?\.rs$/, '').split('/').length;
  const names = [];
  for (const { 1: prefix, index } of code.matchAll(/\b(crate::|(?:super::)+)/g)) {
    if (prefix !== 'crate::' && prefix.length / 'super::'.length !== depth) continue;
    const rest = code.slice(index + prefix.length);
    for (const name of rest.startsWith('{') ? namesInGroup(rest) : [/^\w+/.exec(rest)?.[0]]) {
      if (name) names.push({ name, line: lineOf(code, index) });
    }
  }
  return names;
}

/** The first name of each path in `{…}`. */
function namesInGroup(text) {
  const group = text.slice(1, endOfBlock(text, 0) - 1);
  let depth = 0;
  const outer = [...group].map((character) => {
    if (character === '}') depth -= 1;
    const shown = depth === 0 ? character : ' ';
    if (character === '{') depth += 1;
    return shown;
  });
  return outer
    .join('')
    .split(',')
    .map((path) => /\w+/.exec(path)?.[0]);
}

/** The methods that `code` gives to `type`, each with the names of those that it calls on itself. */
export function methodsOf(type, code) {
  const methods = [];
  for (const { index } of code.matchAll(new RegExp(`\\bimpl(?:<[^>]*>)? ${type}\\b[^{;]*\\{`, 'g'))) {
    const block = code.slice(index, endOfBlock(code, code.indexOf('{', index)));
    for (const { 1: name, index: at } of block.matchAll(/\bfn (\w+)/g)) {
      const body = block.slice(at, endOfBlock(block, block.indexOf('{', at)));
      const calls = body.matchAll(/\b(?:self\s*\.\s*|Self::)(\w+)\(/g);
      methods.push({ name, calls: new Set([...calls].map(([, called]) => called)) });
    }
  }
  return methods;
}
