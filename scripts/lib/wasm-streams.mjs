// A wasm file taken apart: like beside like, which is how brotli finds what repeats.
//
// In the file, the operations of a function and their operands take turns. Here the operations are one stream,
// the indices of locals another, the types of blocks a third, and so on. The length of each function is left out:
// it ends where its block does.
//
// Of some operands the numbers of one byte are one stream, those of two another. How long such a number is, the
// code of its operation says: an operation with a longer operand has a code of its own, one that the file does
// not use. So have the operations of two bytes.
//
// `together` and what it calls is part of the bundle: it is short, and fast from its first call on.

export const LOCAL_TYPES = 0;
export const LOCALS = 1;
const BLOCK_TYPES = 2;
const LABELS = 3;
const TABLES_OF_LABELS = 4;
const TYPES = 5;
const ALIGNMENTS = 6;
const LONG_INTEGERS = 7;
export const FLOATS = 8;
const OTHERS = 9;
/** From here on, the number of the stream is this one and the length of its numbers. */
const BY_LENGTH = 10;
export const FUNCTIONS = 10;
const INTEGERS = 15;
const OFFSETS = 20;
const CODES = 26;
const HEAD = 27;
const TAIL = 28;
const ALL = 29;

const CODE_SECTION = 10;
const END = 11;
const TABLE = 14;
/** What operations of two bytes begin with; here they are numbered by the second, from 256 on. */
const PREFIX = 252;

/** In which streams the operands of an operation are: from the first to the last one that has them there. */
export const operandStreams = () => {
  const streams = Array(512).fill([]);
  for (const [first, last, ...operands] of [
    [2, 4, BLOCK_TYPES],
    [12, 13, LABELS],
    [16, 16, FUNCTIONS],
    [17, 17, TYPES, OTHERS],
    [28, 28, OTHERS, OTHERS],
    [32, 34, LOCALS],
    [35, 38, OTHERS],
    [40, 62, ALIGNMENTS, OFFSETS],
    [63, 64, OTHERS],
    [65, 65, INTEGERS],
    [66, 66, LONG_INTEGERS],
    [67, 67, ...Array(4).fill(FLOATS)],
    [68, 68, ...Array(8).fill(FLOATS)],
    [208, 208, OTHERS],
    [210, 210, FUNCTIONS],
    [264, 273, OTHERS],
    [264, 264, OTHERS, OTHERS],
    [266, 266, OTHERS, OTHERS],
    [268, 268, OTHERS, OTHERS],
    [270, 270, OTHERS, OTHERS],
  ]) {
    streams.fill(operands, first, last + 1);
  }
  return streams;
};

/**
 * Goes through a function: `operation()` takes the next one, `number(stream)` an operand, or what else is a
 * number. So both directions go the same way.
 */
export function walk(operands, operation, number) {
  for (let groups = number(LOCAL_TYPES); groups > 0; groups--) {
    number(LOCAL_TYPES);
    number(LOCAL_TYPES);
  }
  for (let depth = 1; depth > 0; ) {
    const current = operation();
    if (current === END) depth--;
    const streams = operands[current];
    if (streams[0] === BLOCK_TYPES) depth++;
    // Not `for … of`, which takes twice as long here.
    for (let at = 0; at < streams.length; at++) number(streams[at]);
    // Besides those of the table there is one for all other cases.
    if (current === TABLE) for (let left = number(TABLES_OF_LABELS); left >= 0; left--) number(TABLES_OF_LABELS);
  }
}

/**
 * The file.
 *
 * @param {Uint8Array} bytes All streams, one after another.
 * @param {number[]} lengths Of each of them.
 * @param {number[][]} special The codes that are no operation: each with its operation, and the length of its
 * operand.
 * @param {number} size
 */
export function together(bytes, lengths, special, size) {
  const wasm = new Uint8Array(size);
  const body = new Uint8Array(size);
  let end = 0;
  const at = Uint32Array.from(lengths, (length) => (end += length) - length);
  const operations = Uint16Array.from(Array(256).keys());
  const widths = new Uint8Array(256).fill(1);
  for (const [code, operation, width] of special) {
    operations[code] = operation;
    widths[code] = width;
  }
  let written;
  let width;
  const operation = () => {
    const code = bytes[at[CODES]++];
    const current = operations[code];
    width = widths[code];
    if (current > 255) body[written++] = PREFIX;
    body[written++] = current;
    return current;
  };
  const number = (stream) => {
    let value = 0;
    let shift = 0;
    let byte;
    if (stream < BY_LENGTH) {
      do {
        byte = bytes[at[stream]++];
        body[written++] = byte;
        value += (byte & 127) << shift;
        shift += 7;
      } while (byte > 127 && stream !== FLOATS);
    } else {
      for (let left = width; left > 0; left--) {
        byte = bytes[at[stream + width]++];
        body[written++] = left > 1 ? byte + 128 : byte;
      }
    }
    return value;
  };
  const operands = operandStreams();
  let done = lengths[HEAD];
  wasm.set(bytes.subarray(at[HEAD], at[HEAD] + done));
  const codesEnd = at[CODES] + lengths[CODES];
  while (at[CODES] < codesEnd) {
    written = 0;
    walk(operands, operation, number);
    for (let left = written; left > 0; left >>= 7) wasm[done++] = left > 127 ? left | 128 : left;
    wasm.set(body.subarray(0, written), done);
    done += written;
  }
  wasm.set(bytes.subarray(at[TAIL]), done);
  return wasm;
}

/**
 * The streams of a file, and what `together` needs besides.
 *
 * @param {Uint8Array} wasm
 */
export function apart(wasm) {
  const { start, end } = codeSection(wasm);
  const streams = Array.from({ length: ALL }, () => []);
  const operations = [];
  let at = start;
  const operation = () => {
    const first = wasm[at++];
    const current = first === PREFIX ? 256 + wasm[at++] : first;
    operations.push([current, 1]);
    return current;
  };
  const number = (stream) => {
    const digits = [];
    do digits.push(wasm[at++]);
    while (digits.at(-1) > 127 && stream !== FLOATS);
    if (stream < BY_LENGTH) {
      streams[stream].push(...digits);
    } else {
      operations.at(-1)[1] = digits.length;
      streams[stream + digits.length].push(...digits.map((digit) => digit & 127));
    }
    return valueOf(digits);
  };
  const operands = operandStreams();
  while (at < end) {
    const length = numberAt(wasm, at);
    at += length.width;
    const bodyEnd = at + length.value;
    walk(operands, operation, number);
    if (at !== bodyEnd) throw new Error('The wasm file has an operation that is not known here.');
  }
  const { codes, special } = coded(operations);
  streams[CODES] = codes;
  streams[HEAD] = [...wasm.subarray(0, start)];
  streams[TAIL] = [...wasm.subarray(end)];
  return { bytes: Uint8Array.from(streams.flat()), lengths: streams.map(({ length }) => length), special };
}

/** Operations with the length of their operand as codes of one byte. */
function coded(operations) {
  const isPlain = ([operation, width]) => operation < 256 && width === 1;
  const used = new Set(operations.filter(isPlain).map(([operation]) => operation));
  const free = [...Array(256).keys()].filter((code) => !used.has(code));
  const codes = new Map();
  const special = [];
  for (const operation of operations) {
    if (codes.has(`${operation}`)) continue;
    const code = isPlain(operation) ? operation[0] : free.shift();
    codes.set(`${operation}`, code);
    if (!isPlain(operation)) special.push([code, ...operation]);
  }
  return { codes: operations.map((operation) => codes.get(`${operation}`)), special };
}

/** Where the first function begins and the last one ends. */
function codeSection(wasm) {
  for (let at = 8; at < wasm.length; ) {
    const { value, width } = numberAt(wasm, at + 1);
    const start = at + 1 + width;
    const end = start + value;
    // Before the functions it has their number.
    if (wasm[at] === CODE_SECTION) return { start: start + numberAt(wasm, start).width, end };
    at = end;
  }
  throw new Error('The wasm file has no code.');
}

/** A number, and how many bytes it has. */
export function numberAt(wasm, at) {
  let end = at;
  while (wasm[end++] > 127);
  return { value: valueOf(wasm.subarray(at, end)), width: end - at };
}

const valueOf = (digits) => [...digits].reduceRight((value, digit) => value * 128 + (digit & 127), 0);
