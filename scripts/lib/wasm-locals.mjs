// Which number each local of a function has: it means nothing, so it is chosen such that functions look alike.
//
// `wasm-opt` numbers them by how often they are used. Here each number is the one that most likely stands in
// such places in all other functions: a place is told by what comes before it, and by what comes after. The
// numbers of one function are dealt out all at once, by the least sum of bits.

import { assignment } from './assignment.mjs';
import { FUNCTIONS, LOCALS } from './wasm-streams.mjs';

/**
 * As many locals of a type has a function at least, if it has any: one that is not used costs no byte, and with
 * more to choose from functions look more alike. With twice as many it is the same.
 */
const ROOM = 12;
/** The numbers of one byte. */
const SHORT = 128;
/** Beyond the third round next to nothing changes. */
const ROUNDS = 3;
/** How many pieces of code before a local, and after it, tell a place. */
const DEPTH = 5;
/** How many uses of its own a place needs, to say as much as places like it. */
const DOUBT = 4;
/** Among equals, a number stays what it is: in bits. */
const HABIT = 1e-6;

/** Renumbers the locals of all functions. */
export function renumberLocals(functions) {
  for (const body of functions) makeRoom(body);
  for (let round = 0; round < ROUNDS; round++) {
    const uses = functions.map(usesOf);
    const model = new Model();
    for (const each of uses) model.count(each, 1);
    functions.forEach((body, index) => {
      model.count(uses[index], -1);
      const numbers = numbersFor(body, uses[index], model);
      renumber(body, numbers);
      model.count(
        uses[index].map(({ local, places }) => ({ local: numbers[local], places })),
        1,
      );
    });
  }
}

/**
 * The locals of each type together, without those that are not used; and with others that are not, which have
 * numbers to choose from.
 */
function makeRoom(body) {
  const { params, locals, pieces } = body;
  const used = new Set(pieces.filter(({ stream }) => stream === LOCALS).map(({ value }) => value - params.length));
  const groups = [...new Set(locals)].map((type) => ({
    type,
    kept: [...locals.keys()].filter((index) => locals[index] === type && used.has(index)),
  }));
  const wanted = groups.map(({ kept }) => (kept.length > 0 ? Math.max(kept.length, ROOM) : 0));
  const fits = wanted.reduce((sum, count) => sum + count, params.length) <= SHORT;
  const numbers = [...params.keys()];
  body.locals = [];
  groups.forEach(({ type, kept }, index) => {
    kept.forEach((before, place) => {
      numbers[params.length + before] = params.length + body.locals.length + place;
    });
    body.locals.push(...Array(fits ? wanted[index] : kept.length).fill(type));
  });
  renumber(body, numbers);
}

function renumber({ pieces }, numbers) {
  for (const piece of pieces) if (piece.stream === LOCALS) piece.value = numbers[piece.value];
}

/** Where a function uses which local: `places` before and after it, each from the nearest piece on. */
function usesOf({ pieces }) {
  const symbols = pieces.map(symbol);
  const places = (at, step) => {
    let hash = step;
    return Array.from({ length: DEPTH }, (_, index) => {
      hash = mixed(hash, symbols[at + step * (index + 1)] ?? 0);
      return hash;
    });
  };
  return pieces.flatMap(({ stream, value }, at) =>
    stream === LOCALS ? [{ local: value, places: [places(at, -1), places(at, 1)] }] : [],
  );
}

/** Functions are numbered anew, too: here one is as good as another. */
function symbol({ stream, value, bytes }) {
  if (stream === FUNCTIONS) return stream;
  return [...bytes.subarray(1)].reduce(mixed, mixed(stream, value));
}

const mixed = (hash, value) => Math.imul(hash ^ (hash >>> 15) ^ value, 0x9e3779b1);

/** How often which local was used in which place. */
class Model {
  #total = 0;
  #everywhere = new Map();
  #places = new Map();

  count(uses, weight) {
    for (const { local, places } of uses) {
      this.#total += weight;
      this.#everywhere.set(local, (this.#everywhere.get(local) ?? 0) + weight);
      for (const place of places.flat()) {
        if (!this.#places.has(place)) this.#places.set(place, { total: 0, locals: new Map() });
        const seen = this.#places.get(place);
        seen.total += weight;
        seen.locals.set(local, (seen.locals.get(local) ?? 0) + weight);
      }
    }
  }

  /** How likely each of `locals` is in a place: what longer ones say goes before what shorter ones say. */
  likelihoods(places, locals) {
    let likely = locals.map((local) => ((this.#everywhere.get(local) ?? 0) + 0.1) / (this.#total + 25));
    for (const place of places) {
      const seen = this.#places.get(place);
      if (!seen?.total) break;
      likely = likely.map(
        (before, index) => ((seen.locals.get(locals[index]) ?? 0) + DOUBT * before) / (seen.total + DOUBT),
      );
    }
    return likely;
  }
}

/** The new number of each local, by its present one. */
function numbersFor({ params, locals }, uses, model) {
  const numbers = [...Array(params.length + locals.length).keys()];
  for (const type of new Set(locals)) {
    const same = numbers.filter((number) => locals[number - params.length] === type);
    const costs = new Map(same.map((local) => [local, same.map((number) => (number === local ? -HABIT : 0))]));
    for (const { local, places } of uses) {
      const cost = costs.get(local);
      if (!cost) continue;
      for (const side of places) {
        const likely = model.likelihoods(side, same);
        for (let at = 0; at < same.length; at++) cost[at] -= Math.log2(likely[at]) / 2;
      }
    }
    assignment([...costs.values()]).forEach((column, row) => {
      numbers[same[row]] = same[column];
    });
  }
  return numbers;
}
