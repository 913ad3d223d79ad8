import { __wbg_reset_state, initSync, startEngine } from 'virtual:bindgen';
import { wasmSource } from 'virtual:wasm';

import type { EngineModule } from './engine-loader.ts';

/** The engine's WebAssembly. */
export const engineModule: EngineModule = {
  async instantiate() {
    initSync({ module: await compile() });
  },
  reset: __wbg_reset_state,
  start: startEngine,
};

async function compile(): Promise<WebAssembly.Module> {
  if (wasmSource.kind === 'bytes') return WebAssembly.compile(wasmSource.bytes());
  const response = await fetch(wasmSource.url);
  if (!response.ok) throw new TypeError(`${wasmSource.url.href}: ${response.status}`);
  // Not compileStreaming: it insists on a MIME type that many a server does not know.
  return WebAssembly.compile(await response.arrayBuffer());
}
