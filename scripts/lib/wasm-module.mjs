// A wasm file as what it consists of, and back: so that what has no meaning, the order of its imports and
// functions and the numbers of their locals, can be chosen by `wasm-order.mjs` and `wasm-locals.mjs`.
//
// It knows what the file of this project has, and refuses all else.

import { FLOATS, FUNCTIONS, LOCAL_TYPES, LOCALS, numberAt, operandStreams, walk } from './wasm-streams.mjs';

const HEADER = 8;
const TYPE = 1;
const IMPORT = 2;
const FUNCTION = 3;
const GLOBAL = 6;
const EXPORT = 7;
const START = 8;
const ELEMENT = 9;
const CODE = 10;

/** What begins a type of functions. */
const FUNCTION_TYPE = 0x60;
const END = 11;
const PREFIX = 252;
/** What begins the value of a global, and how many bytes follow; without a number: one number. */
const CONSTANTS = new Map([
  [35, undefined],
  [65, undefined],
  [66, undefined],
  [67, 4],
  [68, 8],
  [208, undefined],
]);

/** Of a `Piece` that is an operation, in place of a stream. */
export const OPERATION = -1;

/**
 * @typedef {object} Piece An operation, a number, or a byte of a floating-point one.
 * @property {number} stream Of `wasm-streams.mjs`; or `OPERATION`.
 * @property {number} value Operations of two bytes are numbered by the second, from 256 on.
 * @property {Uint8Array} bytes
 *
 * @typedef {object} Body A function.
 * @property {number} type Its index among the types.
 * @property {number[]} params The types of its parameters, which are the first of its locals.
 * @property {number[]} locals The types of all others.
 * @property {Piece[]} pieces
 *
 * @typedef {object} Import
 * @property {string} module
 * @property {string} name
 * @property {number} type
 */

/**
 * @param {Uint8Array} wasm
 * @returns {{ sections: { id: number, bytes: Uint8Array }[], imports: Import[], functions: Body[] }}
 */
export function read(wasm) {
  const sections = [];
  const reader = new Reader(wasm, HEADER);
  while (reader.left) sections.push({ id: reader.byte(), bytes: reader.vector() });
  const section = (id) => new Reader(sections.find((each) => each.id === id)?.bytes ?? Uint8Array.of(0));
  if (sections.some(({ id }) => id === START)) throw unknown('a function to begin with');
  checkGlobals(section(GLOBAL));
  const types = section(TYPE).list((each) => {
    if (each.byte() !== FUNCTION_TYPE) throw unknown('a type that is none of functions');
    return { params: [...each.vector()], results: [...each.vector()] };
  });
  const kinds = section(FUNCTION).list((each) => each.number());
  const bodies = section(CODE).list((each) => each.vector());
  return {
    sections,
    imports: section(IMPORT).list(importOf),
    functions: bodies.map((body, index) => ({
      type: kinds[index],
      params: types[kinds[index]].params,
      ...taken(body),
    })),
  };
}

/**
 * The file with its functions, and its imports, in another order.
 *
 * @param {ReturnType<typeof read>} module
 * @param {number[]} functions Indices in `module.functions`, in their new order.
 * @param {number[][]} imports The same of `module.imports`; those of one group become the first of them.
 * @returns {Uint8Array}
 */
export function write(module, functions, imports) {
  /** @type {number[]} */
  const renumbered = [];
  for (const [now, group] of imports.entries()) for (const before of group) renumbered[before] = now;
  for (const [now, before] of functions.entries()) renumbered[module.imports.length + before] = imports.length + now;
  const ordered = functions.map((index) => module.functions[index]);
  const written = {
    [IMPORT]: () => list(imports.map(([index]) => importBytes(module.imports[index]))),
    [FUNCTION]: () => list(ordered.map(({ type }) => digits(type))),
    [EXPORT]: (bytes) => exportBytes(new Reader(bytes), renumbered),
    [ELEMENT]: (bytes) => elementBytes(new Reader(bytes), renumbered),
    [CODE]: () => list(ordered.map((body) => sized(bodyBytes(body, renumbered)))),
  };
  const sections = module.sections.map(({ id, bytes }) => [id, ...sized(written[id]?.(bytes) ?? [...bytes])]);
  return Uint8Array.from([0, ...encoder.encode('asm'), 1, 0, 0, 0, ...sections.flat()]);
}

/** A number as the file has it. @param {number} value */
export function digits(value) {
  const bytes = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return [...bytes, left];
    bytes.push((left & 127) | 128);
  }
}

/** What goes through the bytes of a file. */
class Reader {
  #bytes;
  #at;

  constructor(bytes, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left() {
    return this.#at < this.#bytes.length;
  }

  byte() {
    return this.#bytes[this.#at++];
  }

  number() {
    const { value, width } = numberAt(this.#bytes, this.#at);
    this.#at += width;
    return value;
  }

  take(length) {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  vector() {
    return this.take(this.number());
  }

  text() {
    return decoder.decode(this.vector());
  }

  /** @template T @param {(reader: Reader) => T} each @returns {T[]} */
  list(each) {
    return Array.from({ length: this.number() }, () => each(this));
  }

  /** The bytes that `pass` goes over. @param {(reader: Reader) => void} pass */
  over(pass) {
    const start = this.#at;
    pass(this);
    return this.#bytes.subarray(start, this.#at);
  }
}

function importOf(reader) {
  const module = reader.text();
  const name = reader.text();
  if (reader.byte() !== 0) throw unknown(`an import that is no function, ${name}`);
  return { module, name, type: reader.number() };
}

/** Else one that refers to a function would refer to another afterwards. */
function checkGlobals(reader) {
  reader.list(() => {
    reader.take(2);
    const operation = reader.byte();
    if (!CONSTANTS.has(operation)) throw unknown('a global whose value is no constant');
    const length = CONSTANTS.get(operation);
    if (length) reader.take(length);
    else reader.number();
    if (reader.byte() !== END) throw unknown('a global whose value is computed');
  });
}

/** The locals and the pieces of a function. @param {Uint8Array} bytes */
function taken(bytes) {
  const reader = new Reader(bytes);
  const pieces = [];
  const groups = [];
  const piece = (stream, value, over) => pieces.push({ stream, value, bytes: over });
  const operation = () => {
    let value = 0;
    const over = reader.over(() => {
      const first = reader.byte();
      value = first === PREFIX ? 256 + reader.byte() : first;
    });
    piece(OPERATION, value, over);
    return value;
  };
  const number = (stream) => {
    let value = 0;
    const over = reader.over(() => {
      value = stream === FLOATS ? reader.byte() : reader.number();
    });
    if (stream === LOCAL_TYPES) groups.push(value);
    else piece(stream, value, over);
    return value;
  };
  walk(operandStreams(), operation, number);
  if (reader.left) throw unknown('a strange operation');
  const locals = groups.slice(1).flatMap((type, at, all) => (at % 2 ? Array(all[at - 1]).fill(type) : []));
  return { locals, pieces };
}

function bodyBytes({ locals, pieces }, renumbered) {
  const code = pieces.flatMap(({ stream, value, bytes }) => {
    if (stream === FUNCTIONS) return digits(renumbered[value]);
    return stream === LOCALS ? digits(value) : [...bytes];
  });
  return [...list(grouped(locals)), ...code];
}

/** Locals of one type one after another are declared together. */
function grouped(locals) {
  const groups = [];
  for (const type of locals) {
    const last = groups.at(-1);
    if (last?.type === type) last.count++;
    else groups.push({ type, count: 1 });
  }
  return groups.map(({ type, count }) => [...digits(count), type]);
}

const importBytes = ({ module, name, type }) => [...text(module), ...text(name), 0, ...digits(type)];

function exportBytes(reader, renumbered) {
  return list(
    reader.list(() => {
      const name = reader.text();
      const kind = reader.byte();
      const index = reader.number();
      return [...text(name), kind, ...digits(kind === 0 ? renumbered[index] : index)];
    }),
  );
}

function elementBytes(reader, renumbered) {
  return list(
    reader.list(() => {
      if (reader.number() !== 0) throw unknown('a table that is filled otherwise');
      const offset = reader.over(() => {
        if (reader.byte() !== 65) throw unknown('a table whose place is computed');
        reader.number();
        reader.byte();
      });
      return [0, ...offset, ...list(reader.list(() => digits(renumbered[reader.number()])))];
    }),
  );
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const sized = (bytes) => [...digits(bytes.length), ...bytes];
const list = (items) => [...digits(items.length), ...items.flat()];
const text = (characters) => sized([...encoder.encode(characters)]);
const unknown = (what) => new Error(`The wasm file has ${what}, which is not known here.`);
