// In which order the functions of the wasm file are: it means nothing, so like stands beside like, which is how
// brotli finds most of what repeats.

import { brotliCompressSync } from 'node:zlib';
import { renumberLocals } from './wasm-locals.mjs';
import { read, write } from './wasm-module.mjs';
import { apart, LOCALS } from './wasm-streams.mjs';
import { encode } from './wasm-text.mjs';

// Which of these is best changes with every change of the code, by 0.1 or 0.2 KB: so all are tried.
/** How many bytes of code one after another are compared as one. */
const LENGTHS = [3, 4];
/** How much it counts that two functions have the same type: a list of types has runs then. */
const SAME_TYPE = [0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1];

/**
 * The same module in an order that compresses well.
 *
 * @param {Uint8Array} wasm
 * @param {string[][]} imports The names of those that are one and the same; its place here is their name then.
 */
export function rearranged(wasm, imports) {
  const module = read(wasm);
  const groups = imports.flatMap((names, place) => importGroups(module, names, `${place}`));
  renumberLocals(module.functions);
  const result = smallest(functionOrders(module.functions).map((order) => write(module, order, groups)));
  if (!WebAssembly.validate(result)) throw new Error('The wasm file does not survive its new order.');
  return result;
}

/** As it is downloaded with the script. */
function smallest(files) {
  const sizes = files.map((file) => brotliCompressSync(encode(apart(file).bytes).text).length);
  return files[sizes.indexOf(Math.min(...sizes))];
}

/** Imports of one type become one. */
function importGroups({ imports }, names, newName) {
  const indices = names.map((name) => imports.findIndex((each) => each.name === name));
  for (const index of indices) imports[index] = { ...imports[index], name: newName };
  const types = new Set(indices.map((index) => imports[index].type));
  return [...types].map((type) => indices.filter((index) => imports[index].type === type));
}

/**
 * Chains of functions: the largest one first, after each the one that is most like it of those that are left.
 *
 * @param {import('./wasm-module.mjs').Body[]} functions
 * @returns {number[][]} Their indices.
 */
export function functionOrders(functions) {
  return LENGTHS.flatMap((length) => {
    const parts = functions.map((body) => partsOf(body, length));
    const shared = sharedParts(parts);
    const likeness = (a, b) => shared[a][b] / (parts[a].size + parts[b].size - shared[a][b] + 1);
    return SAME_TYPE.map((bonus) =>
      chain(functions, (a, b) => likeness(a, b) + (functions[a].type === functions[b].type ? bonus : 0)),
    );
  });
}

function chain(functions, likeness) {
  const left = new Set(functions.keys());
  const order = [];
  for (let next = largest(functions); next !== undefined; next = mostAlike(order.at(-1), left, likeness)) {
    order.push(next);
    left.delete(next);
  }
  return order;
}

function mostAlike(last, left, likeness) {
  let best;
  let most = -1;
  for (const index of left) {
    const alike = likeness(last, index);
    if (alike > most) [most, best] = [alike, index];
  }
  return best;
}

function largest(functions) {
  const sizes = functions.map(({ pieces }) => pieces.length);
  return sizes.indexOf(Math.max(...sizes));
}

/** All that stands in a function, as numbers. A call is a part of what it is: it has the same number elsewhere. */
function partsOf({ pieces }, length) {
  const bytes = pieces.flatMap(({ stream, value, bytes }) => (stream === LOCALS ? [value] : [...bytes]));
  const parts = new Set();
  for (let at = length; at <= bytes.length; at++) {
    parts.add(bytes.slice(at - length, at).reduce((number, byte) => number * 256 + byte, 0));
  }
  return parts;
}

/** How many parts every two functions have in common. */
function sharedParts(parts) {
  const owners = new Map();
  parts.forEach((each, index) => {
    for (const part of each) owners.set(part, [...(owners.get(part) ?? []), index]);
  });
  const shared = parts.map(() => new Uint32Array(parts.length));
  for (const each of owners.values()) {
    for (const one of each) for (const other of each) shared[one][other]++;
  }
  return shared;
}
