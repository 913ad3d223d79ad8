// The modules `virtual:wasm-text` and `virtual:wasm-url`: how a bundle comes by the wasm file.
//
// `inline` writes the file into the script as text. Base64 would be simpler, and a third larger to
// download: it regroups the bits, so brotli no longer sees the repeating bytes of the code. Here every
// byte keeps its place instead: the most frequent ones are one ASCII character each, control characters
// included, the others two, the first of which is one of two escapes. Measured with the rest of the
// script, after brotli: the file itself 78,352; this 78,940; without control characters 79,458; as
// Latin-1 80,796. The text itself is shorter than base64, and decodes synchronously.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Every character that needs no escape in a string in single quotes; in the order of their codes. */
const alphabet = [...Array(127).keys()]
  .map((index) => String.fromCharCode(index + 1))
  .filter((character) => !"\n\r'\\".includes(character));

const escapes = 2;
const singles = alphabet.length - escapes;

/**
 * The text of the module for a bundle that carries `wasmFile` within. A minifier would write the control
 * characters as escapes; so it gets a `placeholder` of the same length, for which `text` is to be put in
 * at the end.
 */
export function inlineSource(wasmFile) {
  const bytes = readFileSync(wasmFile);
  const frequent = frequentBytes(bytes);
  const own = alphabet.slice(0, singles).map((character) => character.charCodeAt(0));
  const table = codeTable([...Array(256).keys()], own, (byte) => frequent.has(byte));
  const codes = new Map(table.map((byte, index) => [byte, code(index)]));
  const text = Array.from(bytes, (byte) => codes.get(byte)).join('');
  // The whole module, but for the text: that takes this place when the minifier is done.
  const placeholder = 'W'.repeat(text.length);
  const module = decoder(placeholder, frequent, bytes.length);
  if (!bytes.equals(decode(text, frequent, bytes.length))) {
    throw new Error('The wasm file does not survive its encoding as text.');
  }
  return { module, placeholder, text };
}

/** The text of the module for a bundle that has the file beside it, under this name. */
export function urlSource(name, wasmFile) {
  const hash = createHash('sha256').update(readFileSync(wasmFile)).digest('hex');
  // Written out in full, because this is the form in which bundlers recognise an asset.
  return `export const wasmFile = { url: new URL('./${name}', import.meta.url), hash: '${hash}' };`;
}

/** Which bytes are one character each. */
function frequentBytes(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const byCount = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  return new Set(byCount.slice(0, singles));
}

/**
 * All bytes in the order of their codes. A frequent byte that is a character of the alphabet stands
 * for itself: texts in the file stay text, which compresses best together with the script around it.
 *
 * It goes into the bundle as it stands here, and so uses nothing but its arguments.
 */
function codeTable(all, own, isFrequent) {
  const strangers = all.filter((byte) => isFrequent(byte) && !own.includes(byte));
  const oneCharacter = own.map((byte) => (isFrequent(byte) ? byte : strangers.shift()));
  return [...oneCharacter, ...all.filter((byte) => !isFrequent(byte))];
}

function code(index) {
  if (index < singles) return alphabet[index];
  const rest = index - singles;
  const size = alphabet.length;
  return alphabet[singles + Math.floor(rest / size)] + alphabet[rest % size];
}

/** What the module below does, for the check at build time. */
function decode(text, frequent, length) {
  const source = decoder(text, frequent, length);
  const read = new Function(source.replace('export', 'return'));
  return Buffer.from(read()());
}

/** The table of codes is made again from the set, 32 bytes in hexadecimal: written out it is 256. */
function decoder(text, frequent, length) {
  const bits = Array.from({ length: 64 }, (_, digit) =>
    [0, 1, 2, 3].reduce((sum, bit) => sum + (frequent.has(4 * digit + bit) << bit), 0).toString(16),
  );
  return `export function bytes() {
  const text = '${text}';
  const all = [...Array(256).keys()];
  const isFrequent = (byte) => parseInt('${bits.join('')}'[byte >> 2], 16) >> (byte & 3) & 1;
  const alphabet = all.filter((code) => ![0, 10, 13, 39, 92].includes(code));
  const table = (${codeTable})(all, alphabet.slice(0, ${singles}), isFrequent);
  const places = all.map((code) => alphabet.indexOf(code));
  const bytes = new Uint8Array(${length});
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    let index = 0;
    do {
      const place = places[text.charCodeAt(from++)];
      if (place < ${singles} || index > 0) {
        bytes[at] = table[index + place];
        index = 0;
      } else {
        index = ${singles} + (place - ${singles}) * ${alphabet.length};
      }
    } while (index > 0);
  }
  return bytes;
}`;
}
