// The target of the shell, and how to tell whether a toolchain can compile for it.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const wasmTarget = 'wasm32-unknown-unknown';

/** Looks for the compiled standard library itself: no stamp of ours that could be wrong. */
export function hasWasmTarget(sysroot) {
  const dir = join(sysroot, 'lib', 'rustlib', wasmTarget, 'lib');
  return existsSync(dir) && readdirSync(dir).some((name) => /^libstd-.*\.rlib$/.test(name));
}
