/**
 * How a bundle comes by the wasm file; `scripts/lib/wasm-source.mjs` writes the module, one kind for
 * each entry.
 */
declare module 'virtual:wasm' {
  export const wasmSource: /** The file travels in the bundle. Each call of `bytes` decodes it anew: keep the module, not these. */
    | { readonly kind: 'bytes'; bytes(): Uint8Array<ArrayBuffer> }
    /** The file lies beside the bundle. */
    | { readonly kind: 'url'; readonly url: URL };
}
