/**
 * JavaScript values to IDL types, https://webidl.spec.whatwg.org/#js-type-mapping. `context` is the
 * beginning of the message, so that it says which argument or member is wrong.
 */

/** Turns a value into an IDL type, or throws. */
export type Convert<T> = (value: unknown, context: string) => T;

/** Fails an operation that was called with too few arguments. */
export function requireArguments(given: number, required: number, context: string): void {
  if (given < required) {
    throw new TypeError(`${context}: ${required} arguments are required.`);
  }
}

/** https://webidl.spec.whatwg.org/#js-boolean */
export const toBoolean: Convert<boolean> = Boolean;

/** https://webidl.spec.whatwg.org/#js-DOMString; throws for a symbol, which `String()` would not. */
export const toDOMString: Convert<string> = (value) => `${value as string}`;

/** https://webidl.spec.whatwg.org/#js-unsigned-long-long, without [EnforceRange] or [Clamp]. */
export const toUnsignedLongLong: Convert<number> = (value) => {
  const integer = Math.trunc(+(value as number)) % 2 ** 64;
  // `% ` gives NaN for NaN and the infinities, which become 0, and so does -0.
  return (integer < 0 ? integer + 2 ** 64 : integer) || 0;
};

/** https://webidl.spec.whatwg.org/#js-sequence */
export function toSequence<T>(convert: Convert<T>): Convert<T[]> {
  return (value, context) => {
    const sequence = createSequence(value, convert, context);
    if (!sequence) throw noSequence(context);
    return sequence;
  };
}

/** An object's `@@iterator`, if it has one: what tells a sequence in a union from an interface or string. */
export function iteratorMethod(value: unknown, context: string): (() => object) | undefined {
  const method = isObject(value) ? (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] : null;
  if (method === undefined || method === null) return undefined;
  if (typeof method === 'function') return method as () => object;
  throw noSequence(context);
}

/**
 * https://webidl.spec.whatwg.org/#create-sequence-from-iterable; undefined of what has no {@link iteratorMethod}. Unlike a
 * loop of JavaScript's own it does not close an iterator that has given something wrong.
 */
export function createSequence<T>(value: unknown, convert: Convert<T>, context: string): T[] | undefined {
  const iterate = iteratorMethod(value, context);
  if (!iterate) return undefined;
  const iterator = iterate.call(value) as Iterator<unknown>;
  const { next } = iterator;
  const sequence: T[] = [];
  for (;;) {
    const step = next.call(iterator);
    if (!isObject(step)) throw noSequence(context);
    if (step.done) return sequence;
    sequence.push(convert(step.value, context));
  }
}

const noSequence = (context: string): TypeError => new TypeError(`${context}: it is not a sequence.`);

/** A member of a dictionary that is left out where it is not given. */
export function optional<T>(convert: Convert<T>): Convert<T | undefined> {
  return (value, context) => (value === undefined ? undefined : convert(value, context));
}

/** A member that must be given. */
export function required<T>(convert: Convert<T>): Convert<T> {
  return (value, context) => {
    if (value === undefined) throw new TypeError(`${context}: it is required.`);
    return convert(value, context);
  };
}

/**
 * https://webidl.spec.whatwg.org/#js-dictionary. `members` must stand in the order in which the
 * standard reads them: inherited dictionaries first, each in lexicographical order. A member that is neither
 * {@link optional} nor {@link required} has for its default what its type makes of undefined: false, or 0.
 */
export function toDictionary<T>(name: string, members: Record<keyof T, Convert<unknown>>): Convert<T> {
  return (value, context) => {
    if (!isObject(value ?? {})) {
      throw new TypeError(`${context}: it is not of type '${name}'.`);
    }
    const dictionary: Record<string, unknown> = {};
    for (const [key, convert] of Object.entries<Convert<unknown>>(members)) {
      const given = (value as Record<string, unknown> | null | undefined)?.[key];
      const converted = convert(given, `${context}: ${key} of ${name}`);
      if (converted !== undefined) dictionary[key] = converted;
    }
    return dictionary as T;
  };
}

/** WebIDL's "is an Object", functions included. */
export const isObject = (value: unknown): value is object => Object(value) === value;
