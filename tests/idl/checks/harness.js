/**
 * What the checks are made of, in whatever global they run: `idl.check(name, run)` adds one, `idl.report()`
 * runs all and tells which held.
 */
(() => {
  const TIMEOUT = 10_000;
  /** @type {{name: string, run: () => unknown}[]} */
  const checks = [];

  function show(value) {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'function') return `function ${value.name}`;
    if (value instanceof Error || value instanceof DOMException) return `${value.name}: ${value.message}`;
    if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
    if (Object.is(value, -0)) return '-0';
    try {
      return String(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }

  function equal(actual, expected, what) {
    if (!Object.is(actual, expected)) throw new Error(`${what}: ${show(actual)}, not ${show(expected)}`);
  }

  const list = (actual, expected, what) => equal(show([...actual]), show([...expected]), what);

  function ok(value, what) {
    if (!value) throw new Error(what);
  }

  /** The value that `action` throws. */
  function thrown(action, what) {
    let value;
    try {
      value = action();
    } catch (error) {
      return error;
    }
    throw new Error(`${what}: gives ${show(value)} instead of throwing`);
  }

  /** What a promise is rejected with; `action` must not throw. */
  async function rejection(action, what) {
    let promise;
    try {
      promise = action();
    } catch (error) {
      throw new Error(`${what}: throws ${show(error)} instead of rejecting`);
    }
    ok(promise instanceof Promise, `${what}: gives ${show(promise)} instead of a promise`);
    return promise.then(
      (value) => {
        throw new Error(`${what}: resolves to ${show(value)} instead of rejecting`);
      },
      (error) => error,
    );
  }

  const errors = { TypeError, RangeError };

  /** An exception of this realm: one of JavaScript's own, or a DOMException, by name. */
  function isError(error, name, what) {
    const fits = errors[name]
      ? Object.getPrototypeOf(error) === errors[name].prototype
      : error instanceof DOMException && error.name === name;
    ok(fits, `${what}: ${show(error)}, not a ${name}`);
  }

  const throwsType = (action, what) => isError(thrown(action, what), 'TypeError', what);
  const rejectsType = async (action, what) => isError(await rejection(action, what), 'TypeError', what);

  /** An own property with exactly these fields. */
  function property(object, key, fields, what = show(key)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    ok(descriptor, `${what}: there is no such own property`);
    for (const [name, value] of Object.entries(fields)) equal(descriptor[name], value, `${what}, [[${name}]]`);
    return descriptor;
  }

  function isConstructor(value) {
    try {
      // Only asked whether it is one: the trap answers in its place.
      new new Proxy(value, { construct: () => ({}) })();
      return true;
    } catch {
      return false;
    }
  }

  async function run({ name, run }) {
    let timer;
    try {
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not within ${TIMEOUT} ms`)), TIMEOUT);
      });
      await Promise.race([run(), late]);
      return { name, pass: true };
    } catch (error) {
      return { name, pass: false, message: show(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  globalThis.idl = {
    check(name, action) {
      if (checks.some((each) => each.name === name)) throw new Error(`there are two checks "${name}"`);
      checks.push({ name, run: async () => action() });
    },
    show,
    equal,
    list,
    ok,
    thrown,
    rejection,
    isError,
    throwsType,
    rejectsType,
    property,
    isConstructor,

    /** @returns {Promise<{name: string, pass: boolean, message?: string}[]>} */
    async report() {
      const results = [];
      for (const each of checks.splice(0)) results.push(await run(each));
      return results;
    },
  };
})();
