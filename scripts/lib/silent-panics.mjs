// Panics without words: nobody would read them, and they cost 1 KB of the file after brotli.

/** Those of the target; `wasm-opt` is told the same. */
const FEATURES = [
  'BulkMemory',
  'BulkMemoryOpt',
  'CallIndirectOverlong',
  'MutableGlobals',
  'Multivalue',
  'NontrappingFPToInt',
  'ReferenceTypes',
  'SignExt',
];
/** What only ends in a panic: none returns. */
const PANIC =
  /^core::(?:panicking|cell|cell::lazy)::(?:panic|assert_failed)|^core::(?:option::expect|slice::index::slice_index)_fail|^<alloc::vec::Vec<.*>>::\w+::assert_failed$|^alloc::(?:raw_vec|alloc)::(?:handle_|capacity_overflow)|^std::(?:alloc::rust_oom|panicking::panic_with_hook)$/;
/** What writes the words: only panics do, unless the crate formats text by itself. */
const WORDS = /^<.+ as core::fmt::\w+>::fmt$/;
const FORMAT = /^core::fmt::write$/;
/** Words that are left in the data, of which no optimiser knows that nobody says them any more. */
const SAYINGS = [
  'slice index starts at ',
  ' but ends at ',
  'range start index ',
  'range end index ',
  ' out of range for slice of length ',
  'min > max. min = ',
  'assertion `left ',
  ' right` failed',
  'insertion index (is ',
  ') should be <= len (is ',
  'removal index (is ',
  ') should be < len (is ',
  'attempt to join into collection with len > usize::MAX',
  'LazyCell instance has previously been poisoned',
  'attempt to divide by zero',
  'attempt to calculate the remainder with a divisor of zero',
  'index out of bounds: the len is ',
  ' but the index is ',
  '`async fn` resumed after completion',
  'RefCell already mutably borrowed',
  'RefCell already borrowed',
  'FnOnce called more than once',
  'assertion failed: slot.is_none()',
  'internal error: entered unreachable code',
  'capacity overflow',
  'Tried to shrink to a larger capacity',
  'reentrant init',
  'finish: callbacks should be Some',
  'finish: result should be None',
  'attempted to take ownership of Rust value while it was borrowed',
  'null pointer passed to rust',
  'mid > len',
  ', max = ',
  'recursive use of an object detected which would lead to unsafe aliasing in rust',
  '  left: ',
  ' right: ',
  '<redacted>',
  'called `Result::unwrap_throw()` on an `Err` value',
  'called `Option::unwrap_throw()` on a `None` value',
  'closure invoked recursively or after being dropped',
  'cannot poll Select twice',
  '0x0123456789ABCDEF',
];
/** What numbers are written with: only panics do, unless the crate does so by itself. */
const NUMBERS = /::to_string$|\bfmt::num\b/;
const DIGITS = ['0123456789abcdef', Array.from({ length: 100 }, (_, number) => `${number}`.padStart(2, '0')).join('')];
/** Where in the standard library it was. */
const PLACES = /\/rustc\/[0-9a-f]{40}\/[\w/]+\.rs/g;

/**
 * The module in which a panic is a trap at once, as it is in the end anyway.
 *
 * @param {Uint8Array} wasm With names.
 * @returns {Promise<Uint8Array>}
 */
export async function silencePanics(wasm) {
  const { default: binaryen } = await import('binaryen');
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(wasm);
  try {
    module.setFeatures(FEATURES.reduce((all, feature) => all | binaryen.Features[feature], 0));
    const functions = Array.from({ length: module.getNumFunctions() }, (_, index) =>
      binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
    );
    const formats = functions.some(({ name }) => FORMAT.test(plain(name)));
    const numbers = formats || functions.some(({ name }) => NUMBERS.test(plain(name)));
    const silent = functions.filter(({ name }) => PANIC.test(plain(name)) || (!formats && WORDS.test(plain(name))));
    for (const { name, params, results } of silent) {
      module.removeFunction(name);
      module.addFunction(name, params, results, [], module.unreachable());
    }
    return forget(module.emitBinary(), numbers ? SAYINGS : [...SAYINGS, ...DIGITS]);
  } finally {
    module.dispose();
  }
}

/**
 * The sayings are nothing but zeros, which take no room.
 *
 * @param {Uint8Array} wasm
 * @param {string[]} sayings
 */
function forget(wasm, sayings) {
  const bytes = Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length);
  for (const saying of sayings) {
    for (let at = bytes.indexOf(saying); at >= 0; at = bytes.indexOf(saying)) bytes.fill(0, at, at + saying.length);
  }
  for (const {
    index,
    0: { length },
  } of bytes.toString('latin1').matchAll(PLACES))
    bytes.fill(0, index, index + length);
  return wasm;
}

/** Without the hashes, which are those of the crates, or of older compilers at the end. @param {string} name */
const plain = (name) => name.replace(/\[[0-9a-f]+\]/g, '').replace(/::h[0-9a-f]{16}$/, '');
