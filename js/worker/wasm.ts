import { __wbg_reset_state, initSync, startEngine, traps } from 'virtual:bindgen';
import { keepWasm, wasmBytes } from 'virtual:wasm';

import type { EngineModule } from './engine-loader.ts';

/** The engine's WebAssembly. */
export const engineModule: EngineModule = {
  async instantiate(scope) {
    initSync({ module: await compile(await wasmBytes(scope)) });
  },
  keep: keepWasm,
  reset: __wbg_reset_state,
  isTrap: (error) => traps.has(error),
  start: startEngine,
};

// Not compileStreaming: it insists on a MIME type that many a server does not know.
async function compile(bytes: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    // The bytes are right, so this is all that there can be.
    throw new TypeError(
      `WebAssembly is refused: does the Content-Security-Policy have 'wasm-unsafe-eval'? ${error as string}`,
    );
  }
}
