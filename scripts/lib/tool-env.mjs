// The environment in which cargo can compile to wasm32, and wasm-bindgen and wasm-pack are on PATH.

import { PlainError, withPath } from './run.mjs';
import { rustEnv } from './rust.mjs';
import { wasmTarget } from './wasm-target.mjs';
import { toolDirs } from './wasm-tools.mjs';

export function toolEnv() {
  const rust = rustEnv();
  if (!rust) {
    throw new PlainError(`The Rust target ${wasmTarget} is missing. Get it with \`npm run setup\`.`);
  }
  return withPath(toolDirs(), rust);
}
