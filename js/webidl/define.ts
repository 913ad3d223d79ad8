/** Makes a class look like a WebIDL interface: https://webidl.spec.whatwg.org/#js-interfaces. */

/** A class; what its constructor takes is nobody's business here. */
type Interface = abstract new (...args: never[]) => object;

/**
 * Gives `constructor` its name (a minifier may have taken it), @@toStringTag and enumerable members,
 * and puts it on the global object.
 */
export function exposeInterface(global: object, name: string, constructor: Interface): void {
  const { prototype } = constructor as { prototype: object };
  extendInterface(prototype, prototype);
  // Not writable, as nothing is that is not said to be.
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  Object.defineProperty(constructor, 'name', { value: name });
  Object.defineProperty(global, name, { value: constructor, writable: true, configurable: true });
}

/** The members of `mixin` as those of an interface: enumerable properties of `target`. */
export function extendInterface(target: object, mixin: object): void {
  const { constructor: _, ...descriptors } = Object.getOwnPropertyDescriptors<object>(mixin);
  for (const descriptor of Object.values<PropertyDescriptor>(descriptors)) descriptor.enumerable = true;
  Object.defineProperties(target, descriptors);
}

/** What an interface without a constructor throws. */
export const illegalConstructor = (): TypeError => new TypeError('Illegal constructor');

/**
 * An object of an interface that has no constructor. `base` allocates it: an object that JavaScript
 * knows to be special cannot be cloned, like any platform object that is not serializable.
 */
export function createObject<T extends object>(constructor: abstract new () => T, base: new () => object = WeakSet): T {
  return Reflect.construct(base, [], constructor) as T;
}

/** The internal slot of an interface's objects. `get` gives undefined for all else, for what cannot be a key, too. */
export class Slot<T> extends WeakMap<object, T> {
  /** The brand check: throws a TypeError for anything that is not one of the interface's objects. */
  of(object: unknown): T {
    const value = this.get(object as object);
    if (value === undefined) throw new TypeError('Illegal invocation');
    return value;
  }
}

/**
 * Runs the steps of a member whose type is a promise: whatever they throw, the brand check's error
 * included, rejects it.
 */
export function promiseFrom<T>(steps: () => T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => resolve(steps()));
}
