// The modules `virtual:wasm-text` and `virtual:wasm-url`: how a bundle comes by the wasm file.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { apart, together } from './wasm-streams.mjs';
import { decode, encode } from './wasm-text.mjs';

/**
 * The text of the module for a bundle that carries `wasmFile` within. A minifier would write the control
 * characters as escapes; so it gets a `placeholder` of the same length, for which `text` is to be put in
 * at the end.
 */
export function inlineSource(wasmFile) {
  const wasm = readFileSync(wasmFile);
  const { bytes, lengths, special } = apart(wasm);
  const { text, frequent } = encode(bytes);
  if (!wasm.equals(together(decode(text, frequent, bytes.length), lengths, special, wasm.length))) {
    throw new Error('The wasm file does not survive its encoding as text.');
  }
  // Not left in what ships: `bundle.mjs` puts the text in its place.
  const placeholder = 'W'.repeat(text.length);
  const module = `import { together } from './wasm-streams.mjs';
import { decode } from './wasm-text.mjs';
export function bytes() {
  const streams = decode('${placeholder}', '${frequent}', ${bytes.length});
  return together(streams, ${JSON.stringify(lengths)}, ${JSON.stringify(special)}, ${wasm.length});
}`;
  return { module, placeholder, text };
}

/** The text of the module for a bundle that has the file beside it, under this name. */
export function urlSource(name, wasmFile) {
  const hash = createHash('sha256').update(readFileSync(wasmFile)).digest('hex');
  // Written out in full, because this is the form in which bundlers recognise an asset.
  return `export const wasmFile = { url: new URL('./${name}', import.meta.url), hash: '${hash}' };`;
}
