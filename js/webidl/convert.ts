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
    const iterate = iteratorMethod(value, context);
    if (!iterate) throw noSequence(context);
    return createSequence(iterate.call(value), convert, context);
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
 * https://webidl.spec.whatwg.org/#create-sequence-from-iterable. Unlike a loop of JavaScript's own it
 * does not close an iterator that has given something wrong.
 */
export function createSequence<T>(iterator: object, convert: Convert<T>, context: string): T[] {
  const sequence: T[] = [];
  const { next } = iterator as Iterator<unknown>;
  for (;;) {
    const step = next.call(iterator as Iterator<unknown>);
    if (!isObject(step)) throw noSequence(context);
    if (step.done) return sequence;
    sequence.push(convert(step.value, context));
  }
}

const noSequence = (context: string): TypeError => new TypeError(`${context}: it is not a sequence.`);

/** One member of a dictionary. */
export interface Member {
  convert: Convert<unknown>;
  required?: boolean;
  /** Stands in for a member that is not given. */
  fallback?: unknown;
}

/**
 * https://webidl.spec.whatwg.org/#js-dictionary. `members` must stand in the order in which the
 * standard reads them: inherited dictionaries first, each in lexicographical order.
 */
export function toDictionary<T>(name: string, members: Record<keyof T, Member>): Convert<T> {
  return (value, context) => {
    if (!isObject(value ?? {})) {
      throw new TypeError(`${context}: it is not of type '${name}'.`);
    }
    const dictionary: Record<string, unknown> = {};
    for (const [key, { convert, required, fallback }] of Object.entries<Member>(members)) {
      const given = (value as Record<string, unknown> | null | undefined)?.[key];
      const place = `${context}: ${key} of ${name}`;
      if (given !== undefined) {
        dictionary[key] = convert(given, place);
      } else if (required) {
        throw new TypeError(`${place}: it is required.`);
      } else if (fallback !== undefined) {
        dictionary[key] = fallback;
      }
    }
    return dictionary as T;
  };
}

/** WebIDL's "is an Object", functions included. */
export const isObject = (value: unknown): value is object => Object(value) === value;
