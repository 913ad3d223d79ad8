// The bindings of wasm-bindgen without what no supported browser needs, and what nobody calls.
//
// They are made for every browser there is, and for any use: 0.6 KB after brotli is for others.

import { PlainError } from './run.mjs';

/**
 * What is written otherwise: what it is, where it is, and what comes in its place. All of it has to be found,
 * so that a new version of wasm-bindgen shows.
 */
const edits = [
  {
    // Only code that asks for it has it set, and ours does not: `__wbg_reset_state` is called instead.
    what: 'the check before each call whether a new instance is wanted',
    pattern:
      /^ *__wbg_call_guard\(\);\n|^function __wbg_call_guard\(\) \{\n[^}]*\}\n\}\n|^.*__wbg_reinit_scheduled = false;\n/gm,
    by: '',
  },
  {
    what: 'the check in each method whether the object is of an older instance',
    pattern:
      /if \(this\.__wbg_inst !== undefined && this\.__wbg_inst !== __wbg_instance_id\) \{\s*throw ([^;]*);\s*\}/g,
    by: 'checkInstance(this);',
    once: `
function checkInstance(object) {
    if (object.__wbg_inst !== __wbg_instance_id) throw new Error('Invalid stale object from previous Wasm instance');
}
`,
  },
  {
    // The collector does it.
    what: 'the methods that free an object',
    pattern:
      /^ {4}__destroy_into_raw\(\) \{.*?^ {4}\}\n|^ {4}free\(\) \{.*?^ {4}\}\n|^if \(Symbol\.dispose\)[^\n]*\n/gms,
    by: '',
  },
  {
    what: 'the registry of browsers without one',
    pattern: /\(typeof FinalizationRegistry === 'undefined'\)\s*\? .*\s*: new/g,
    by: 'new',
  },
  {
    what: 'what becomes of an `instanceof` without a class',
    pattern:
      /let result;\s*try \{\s*result = (arg0 instanceof \w+);\s*\} catch \(_\) \{\s*result = false;\s*\}\s*const ret = result;/g,
    by: 'const ret = $1;',
  },
  {
    // The first is asked for first, and every supported browser has it.
    what: 'the names that older browsers have for the global object',
    pattern: /const ret = typeof (global|globalThis|self|window) === 'undefined' \? \w+ : \1;\s*return isLikeNone.*/g,
    by: 'return addToExternrefTable0(globalThis);',
  },
  {
    what: 'two functions for each one that may throw',
    pattern: /function\(\) \{ return handleError\(function \(([^)]*)\) \{(.*?)\}, arguments\); \},$/gms,
    by: 'catching(($1) => {$2}),',
  },
  {
    what: 'what catches',
    pattern: /^function handleError\(f, args\) \{.*?^\}\n/gms,
    by: `function catching(call) {
    return (...args) => {
        try {
            return call(...args);
        } catch (e) {
            wasm.__wbindgen_exn_store(addToExternrefTable0(e));
        }
    };
}
`,
  },
  {
    what: 'each string that is returned',
    pattern:
      /(?:const|var) (ptr\d) = (isLikeNone\(ret\) \? 0 : )?passStringToWasm0\(ret, (wasm\.\w+), (wasm\.\w+)\);\s*(?:const|var) len\d = WASM_VECTOR_LEN;\s*getDataViewMemory0\(\)\.setInt32\(\(arg0 >>> 0\) \+ 4 \* 1, len\d, true\);\s*getDataViewMemory0\(\)\.setInt32\(\(arg0 >>> 0\) \+ 4 \* 0, ptr\d, true\);/g,
    by: 'returnString(arg0, ret);',
    once: `
function returnString(at, text) {
    const ptr = isLikeNone(text) ? 0 : passStringToWasm0(text, wasm.__wbindgen_malloc);
    const view = getDataViewMemory0();
    view.setInt32((at >>> 0) + 4, WASM_VECTOR_LEN, true);
    view.setInt32(at >>> 0, ptr, true);
}
`,
  },
  {
    what: 'the fast way for long texts, with a second one for what is not ASCII',
    pattern: /^function passStringToWasm0\(arg, malloc, realloc\) \{.*?^\}\n/gms,
    by: `function passStringToWasm0(arg, malloc) {
    const bytes = cachedTextEncoder.encode(arg);
    const ptr = malloc(bytes.length, 1) >>> 0;
    getUint8ArrayMemory0().set(bytes, ptr);
    WASM_VECTOR_LEN = bytes.length;
    return ptr;
}
`,
  },
  {
    what: 'the argument of that',
    pattern: /, wasm\.__wbindgen_realloc\b/g,
    by: '',
  },
  {
    what: 'the encoder of browsers without one',
    pattern: /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{.*?^\}\n/gms,
    by: '',
  },
  {
    // The one in use for long is replaced in Safari, which decodes no more than 2 GiB with one. So does this.
    what: 'the decoder that is used again and again',
    pattern: /^let cachedTextDecoder = .*?^function decodeText\(bytes\) \{.*?^\}\n/gms,
    by: `function decodeText(bytes) {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
`,
  },
  {
    what: 'what resets it',
    pattern: /^.*typeof numBytesDecoded.*\n/gm,
    by: '',
  },
  {
    // Memory that has grown has a new buffer.
    what: 'the ways to tell that memory has grown',
    pattern:
      /cachedDataViewMemory0 === null \|\| cachedDataViewMemory0\.buffer\.detached === true \|\| .* (cachedDataViewMemory0\.buffer !== wasm\.memory\.buffer)\)\)/g,
    by: 'cachedDataViewMemory0?.buffer !== wasm.memory.buffer)',
  },
  {
    what: 'the ways to make an instance',
    pattern: /^function initSync\(module\) \{.*?^\}\n/gms,
    by: `function initSync({ module }) {
    return __wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);
}
`,
  },
  {
    // Else an error of the app's own WebAssembly could not be told from one of this.
    what: 'the exports',
    pattern: /\bwasm = (\w+)\.exports;/g,
    by: 'wasm = guarded($1.exports);',
    once: `
export const traps = new Set();

function guarded(exports) {
    const entries = Object.entries(exports);
    return Object.fromEntries(entries.map(([name, it]) => [name, typeof it === 'function' ? noting(it) : it]));
}

function noting(call) {
    return (...args) => {
        try {
            return call(...args);
        } catch (e) {
            traps.add(e);
            throw e;
        }
    };
}
`,
  },
];

/** What is no longer there then: one that is left would fail in the browser, when it is called. */
const gone =
  /\b(?:__wbg_call_guard|__wbg_reinit_scheduled|__destroy_into_raw|handleError|__wbindgen_realloc|cachedTextDecoder|numBytesDecoded)\b/;

/** The bindings as the bundles have them. @param {string} bindings */
export function lean(bindings) {
  const text = edits.reduce(applied, bindings);
  const left = text.match(gone);
  if (left) throw unknown(`still ask for ${left[0]}`);
  return text;
}

function applied(text, { what, pattern, by, once = '' }) {
  if (text.search(pattern) < 0) throw unknown(`are without ${what}`);
  return text.replace(pattern, by) + once;
}

const unknown = (what) => new PlainError(`The bindings ${what}: they are of a wasm-bindgen that is not known here.`);
