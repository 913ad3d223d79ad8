/** How a bundle has the wasm file: `wasm-inline.ts` or `wasm-beside.ts`. */
declare module 'virtual:wasm' {
  /** Its bytes; what is compiled of them is to be kept, not they. */
  export function wasmBytes(scope: string): Promise<BufferSource>;
  /** Has them at hand, also offline. */
  export function keepWasm(scope: string): Promise<void>;
}

/** The file travels in the bundle, as text; `scripts/lib/wasm-source.mjs` writes the module. */
declare module 'virtual:wasm-text' {
  /** Decodes it, each time. */
  export function bytes(): Uint8Array<ArrayBuffer>;
}

/** The file lies beside the bundle; `scripts/lib/wasm-source.mjs` writes the module. */
declare module 'virtual:wasm-url' {
  /** Where, and the SHA-256 of it in hexadecimal. */
  export const wasmFile: { readonly url: URL; readonly hash: string };
}
