/** The wasm file travels in the bundle. */
import { bytes } from 'virtual:wasm-text';

export const wasmBytes = async (): Promise<BufferSource> => bytes();

export const keepWasm = async (): Promise<void> => undefined;
