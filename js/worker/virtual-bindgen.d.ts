/** What wasm-bindgen made of `src/exports.rs`, as far as the loader uses it. */
declare module 'virtual:bindgen' {
  /** Makes the instance that the exports below work with. */
  export function initSync(options: { module: WebAssembly.Module }): unknown;
  /** Puts a fresh instance, memory and all, in the place of the old one. */
  export function __wbg_reset_state(): void;
  /** What was thrown out of an instance, which has died of it. */
  export const traps: Set<unknown>;
  export const startEngine: import('../border/engine.ts').StartEngine;
}
