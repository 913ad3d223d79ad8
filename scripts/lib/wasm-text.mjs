// Bytes as text, for a script that is downloaded compressed.
//
// Base64 would be simpler, and a third larger to download: it regroups the bits, so brotli no longer sees the
// bytes that repeat. Here every byte keeps its place instead: the most frequent ones are one ASCII character
// each, control characters included, the others two, the first of which is one of two escapes. Without control
// characters it would be 0.5 KB more. The text itself is shorter than base64, and decodes synchronously.
//
// `decode` and what it calls is part of the bundle.

/** Every character that needs no escape in a string in single quotes; in the order of their codes. */
const alphabet = () => [...Array(128).keys()].filter((code) => ![0, 10, 13, 39, 92].includes(code));

const ALPHABET = 123;
const ESCAPES = 2;
const SINGLES = ALPHABET - ESCAPES;

/**
 * All bytes in the order of their codes. A frequent byte that is a character of the alphabet stands
 * for itself: texts in the file stay text, which compresses best together with the script around it.
 */
function codeTable(isFrequent) {
  const all = [...Array(256).keys()];
  const own = alphabet().slice(0, SINGLES);
  const strangers = all.filter((byte) => isFrequent(byte) && !own.includes(byte));
  const oneCharacter = own.map((byte) => (isFrequent(byte) ? byte : strangers.shift()));
  return [...oneCharacter, ...all.filter((byte) => !isFrequent(byte))];
}

/**
 * @param {string} text
 * @param {string} frequent Which bytes are one character each, as 64 hexadecimal digits: the table written out
 * would be 256.
 * @param {number} length Of the bytes.
 */
export function decode(text, frequent, length) {
  const table = codeTable((byte) => (parseInt(frequent[byte >> 2], 16) >> (byte & 3)) & 1);
  const places = [];
  alphabet().forEach((code, place) => {
    places[code] = place;
  });
  const bytes = new Uint8Array(length);
  let from = 0;
  for (let at = 0; at < length; at++) {
    let index = places[text.charCodeAt(from++)];
    if (index >= SINGLES) index = SINGLES + (index - SINGLES) * ALPHABET + places[text.charCodeAt(from++)];
    bytes[at] = table[index];
  }
  return bytes;
}

/**
 * The text, and what `decode` needs besides.
 *
 * @param {Uint8Array} bytes
 */
export function encode(bytes) {
  const frequent = frequentBytes(bytes);
  const characters = String.fromCharCode(...alphabet());
  const codes = [];
  codeTable((byte) => frequent.has(byte)).forEach((byte, index) => {
    codes[byte] = code(characters, index);
  });
  return { text: Array.from(bytes, (byte) => codes[byte]).join(''), frequent: digits(frequent) };
}

/** Which bytes are one character each. */
function frequentBytes(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const byCount = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  return new Set(byCount.slice(0, SINGLES));
}

function code(characters, index) {
  if (index < SINGLES) return characters[index];
  const rest = index - SINGLES;
  return characters[SINGLES + Math.floor(rest / ALPHABET)] + characters[rest % ALPHABET];
}

const digits = (frequent) =>
  Array.from({ length: 64 }, (_, digit) =>
    [0, 1, 2, 3].reduce((sum, bit) => sum + (frequent.has(4 * digit + bit) << bit), 0).toString(16),
  ).join('');
