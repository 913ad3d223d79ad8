/** What is done to the wasm file for its size: afterwards it computes what it did before. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assignment } from '../../scripts/lib/assignment.mjs';
import { renumberLocals } from '../../scripts/lib/wasm-locals.mjs';
import { read, write } from '../../scripts/lib/wasm-module.mjs';
import { functionOrders, rearranged } from '../../scripts/lib/wasm-order.mjs';

/** A bit of everything that refers to a function or a local: calls, a table, exports, branches, all types. */
const PROGRAM = `(module
  (import "a" "first" (func $first (param i32) (result i32)))
  (import "a" "other" (func $other (param f64) (result f64)))
  (import "a" "again" (func $again (param i32) (result i32)))
  (memory 1)
  (global $count (mut i32) (i32.const 7))
  (table $table 3 funcref)
  (elem (i32.const 0) $square $mixed $leaf)
  (func $leaf (param $a i32) (result i32) (local $unused i64) (local $b i32) (local $c i32)
    (local.set $b (i32.mul (local.get $a) (i32.const 3)))
    (local.set $c (call $first (local.get $b)))
    (i32.sub (local.get $c) (local.get $b)))
  (func $square (param $a i32) (result i32) (local $b i32) (local $c i32)
    (local.set $c (local.get $a))
    (local.set $b (i32.mul (local.get $a) (local.get $c)))
    (i32.add (local.get $b) (global.get $count)))
  (func $mixed (param $a i32) (result i32) (local $x f64) (local $y i64) (local $z i32) (local $w f32)
    (local.set $w (f32.const 0.5))
    (local.set $x (call $other (f64.const 2.25)))
    (local.set $y (i64.const 12345678901))
    (local.set $z (call $again (local.get $a)))
    (i64.store offset=16 (i32.const 200) (local.get $y))
    (i32.add (local.get $z)
      (i32.add (i32.wrap_i64 (i64.load offset=16 (i32.const 200)))
        (i32.trunc_sat_f64_s (f64.add (local.get $x) (f64.promote_f32 (local.get $w)))))))
  (func (export "choose") (param $a i32) (result i32) (local $b i32)
    (block $two (block $one
      (br_table $one $two $one (local.get $a)))
      (return (call $leaf (local.get $a))))
    (local.set $b (call $mixed (call $square (local.get $a))))
    (local.get $b))
  (func (export "indirect") (param $which i32) (param $a i32) (result i32)
    (call_indirect $table (param i32) (result i32) (local.get $a) (local.get $which))))`;

/** As the file has them. */
const [I32, I64] = [0x7f, 0x7e];

const NAMES = ['first', 'other', 'again'];

/** @type {Uint8Array} */
let wasm;
/** @type {(text: string) => Uint8Array} */
let assembled;

before(async () => {
  const { default: binaryen } = await import('binaryen');
  assembled = (text) => {
    const module = binaryen.parseText(text);
    module.setFeatures(binaryen.Features.NontrappingFPToInt | binaryen.Features.MutableGlobals);
    try {
      return module.emitBinary();
    } finally {
      module.dispose();
    }
  };
  wasm = assembled(PROGRAM);
});

/** What the program computes. `imports` are called as it calls them. */
function results(/** @type {Uint8Array} */ file, imports = { first, other, again: first }) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(file), { a: imports });
  const inputs = [0, 1, 2, 3, -5, 1000];
  return [
    ...inputs.map((input) => exports.choose(input)),
    ...[0, 1, 2].flatMap((which) => inputs.map((input) => exports.indirect(which, input))),
  ];
}

const first = (/** @type {number} */ value) => value * 11;
const other = (/** @type {number} */ value) => value * 100;

/** The same at every run. */
function randomNumbers(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled(/** @type {number} */ length, /** @type {() => number} */ random) {
  const keys = Array.from({ length }, random);
  return [...keys.keys()].sort((a, b) => keys[a] - keys[b]);
}

const own = (/** @type {{ length: number }} */ { length }) => Array.from({ length }, (_, index) => [index]);

describe('a wasm file', () => {
  test('read and written, it is what it was', () => {
    const module = read(wasm);
    const same = write(module, [...module.functions.keys()], own(module.imports));
    assert.deepEqual(same, wasm);
  });

  test('computes the same in any order of its functions and imports', () => {
    const expected = results(wasm);
    const random = randomNumbers(1);
    for (let round = 0; round < 50; round++) {
      const module = read(wasm);
      const imports = shuffled(module.imports.length, random).map((index) => [index]);
      const file = write(module, shuffled(module.functions.length, random), imports);
      assert.deepEqual(results(file), expected);
    }
  });

  test('computes the same with other numbers of its locals, and without types of which none is used', () => {
    const module = read(wasm);
    renumberLocals(module.functions);
    const file = write(module, [...module.functions.keys()], own(module.imports));
    assert.deepEqual(results(file), results(wasm));
    const types = (/** @type {Uint8Array} */ each) => read(each).functions.map(({ locals }) => new Set(locals));
    const [leaf, ...others] = types(wasm);
    assert.deepEqual(types(file), [new Set([I32]), ...others]);
    assert.deepEqual(leaf, new Set([I32, I64]));
  });

  test('has imports that are called by their place, those that are the same only once', () => {
    const [one, two] = [['other'], ['again', 'first']];
    assert.deepEqual([...one, ...two].sort(), [...NAMES].sort());
    const file = rearranged(wasm, [one, two]);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(file));
    assert.deepEqual(
      imports.map(({ name }) => name),
      ['0', '1'],
    );
    assert.deepEqual(results(file, [other, first]), results(wasm));
  });

  test('has two imports of one name, if they have two types', () => {
    const file = rearranged(wasm, [['other', 'first'], ['again']]);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(file));
    assert.deepEqual(
      imports.map(({ name }) => name),
      ['0', '0', '1'],
    );
  });

  test('is refused, if a function begins by itself, or something else is imported', () => {
    const start = assembled('(module (memory 1) (func $it (i32.store (i32.const 0) (i32.const 1))) (start $it))');
    assert.throws(() => read(start), /a function to begin with/);
    const memory = assembled('(module (import "a" "memory" (memory 1)) (export "memory" (memory 0)))');
    assert.throws(() => read(memory), /an import that is no function, memory/);
  });
});

test('like functions stand beside each other', () => {
  const nested = (/** @type {string} */ operation, /** @type {number} */ last) => {
    const [type] = operation.split('.');
    const product = [2, 3, 4, 5, 6, last].reduce(
      (code, by) => `(${operation} ${code} (${type}.const ${by}))`,
      '(local.get 0)',
    );
    return `(func (param ${type}) (result ${type}) ${product})`;
  };
  const like = (/** @type {string} */ name, /** @type {number} */ last) => exported(name, nested('i32.mul', last));
  const unlike = (/** @type {string} */ name, /** @type {number} */ last) => exported(name, nested('i64.xor', last));
  const text = `(module ${like('a', 10)} ${unlike('b', 11)} ${like('c', 12)} ${unlike('d', 13)})`;
  const { functions } = read(assembled(text));
  const orders = functionOrders(functions);
  assert.ok(orders.length > 0);
  for (const order of orders) assert.deepEqual(order, [0, 2, 1, 3]);
});

const exported = (/** @type {string} */ name, /** @type {string} */ code) =>
  code.replace('(func', `(func (export "${name}")`);

test('the least sum of costs is found', () => {
  const random = randomNumbers(2);
  for (let round = 0; round < 200; round++) {
    const size = 1 + Math.floor(random() * 6);
    const costs = Array.from({ length: size }, () => Array.from({ length: size }, () => Math.floor(random() * 20) - 5));
    const columns = assignment(costs);
    assert.deepEqual([...columns].sort(), [...columns.keys()]);
    const sum = columns.reduce((all, column, row) => all + costs[row][column], 0);
    assert.equal(sum, least(costs));
  }
});

/** By trying all. */
function least(/** @type {number[][]} */ [row, ...rows]) {
  if (!row) return 0;
  return Math.min(...row.map((cost, column) => cost + least(rows.map((each) => each.toSpliced(column, 1)))));
}
