/** What reflection shows: https://webidl.spec.whatwg.org/#js-interfaces, for each interface of the standard. */
(() => {
  const { check, equal, list, ok, throwsType, rejectsType, property, isConstructor } = idl;
  const DATA = { writable: true, enumerable: false, configurable: true };
  const CONSTANT = { writable: false, enumerable: false, configurable: true };
  const FIXED = { writable: false, enumerable: false, configurable: false };

  /**
   * @param {object[]} interfaces as describe.mjs makes them
   * @param {Record<string, object>} instances by the interface's name, as far as there are any
   */
  idl.checkSurface = (interfaces, instances) => {
    for (const each of interfaces) {
      if (!each.exposed) checkAbsent(each);
      else if (!each.partial) checkInterface(each);
      if (each.exposed) checkMembers(each, instances);
    }
  };

  function checkAbsent({ name, partial, global, attributes }) {
    check(`${name}: is not exposed here`, () => equal(name in globalThis, false, name));
    if (!partial || !global) return;
    for (const attribute of attributes) {
      check(`${name}.${attribute.name}: is not here`, () => equal(attribute.name in globalThis, false, attribute.name));
    }
  }

  function checkInterface({ name, parent, constructs, attributes, operations }) {
    const object = () => globalThis[name];
    const prototype = () => object().prototype;

    check(`${name}: a property of the global object`, () => {
      property(globalThis, name, { ...DATA, get: undefined, set: undefined });
      equal(typeof object(), 'function', 'its type');
      equal(Object.prototype.toString.call(object()), '[object Function]', 'its class string');
      ok(isConstructor(object()), 'it is no constructor');
    });
    check(`${name}: inherits`, () => {
      const expected = parent ? globalThis[parent] : Function.prototype;
      equal(Object.getPrototypeOf(object()), expected, '[[Prototype]] of the interface object');
      const above = parent ? globalThis[parent].prototype : Object.prototype;
      equal(Object.getPrototypeOf(prototype()), above, '[[Prototype]] of the prototype object');
    });
    check(`${name}: its own properties`, () => {
      list(Reflect.ownKeys(object()).map(String).sort(), ['length', 'name', 'prototype'], 'keys');
      property(object(), 'length', { value: constructs?.length ?? 0, ...CONSTANT });
      property(object(), 'name', { value: name, ...CONSTANT });
      property(object(), 'prototype', FIXED);
    });
    check(`${name}.prototype: its own properties`, () => {
      const members = [...attributes, ...operations].map((each) => each.name);
      list(Object.keys(prototype()), members, 'enumerable keys');
      list(
        Reflect.ownKeys(prototype()).map(String).sort(),
        [...members, 'constructor', 'Symbol(Symbol.toStringTag)'].sort(),
        'keys',
      );
      property(prototype(), 'constructor', { value: object(), ...DATA });
      property(prototype(), Symbol.toStringTag, { value: name, ...CONSTANT });
      equal(String(Object.create(prototype())), `[object ${name}]`, 'what it makes of a string');
    });
    check(`${name}: called without new`, () => throwsType(() => object()('x', {}), 'the call'));
    if (constructs) checkConstructor(name, constructs);
    else checkIllegal(name);
  }

  function checkIllegal(name) {
    check(`${name}: has no constructor`, () => {
      const object = globalThis[name];
      throwsType(() => new object(), 'new');
      throwsType(() => Reflect.construct(object, [], Object), 'with another newTarget');
      throwsType(() => new (class extends object {})(), 'of a subclass');
      throwsType(() => object.call(Object.create(object.prototype)), 'with a this');
    });
  }

  function checkConstructor(name, { length }) {
    for (let given = 0; given < length; given++) {
      check(`${name}: new with ${given} arguments`, () => {
        let converted = false;
        const spy = { toString: () => (converted = true) };
        throwsType(() => new globalThis[name](...Array(given).fill(spy)), 'new');
        equal(converted, false, 'whether an argument was converted');
      });
    }
  }

  function checkMembers(each, instances) {
    for (const attribute of each.attributes) checkAttribute(each, attribute, instances);
    for (const operation of each.operations) checkOperation(each, operation, instances);
  }

  /** Where the members of an interface are: on the object itself if that is the global one. */
  const holderOf = ({ name, global }) => (global ? globalThis : globalThis[name].prototype);

  function checkFunction(value, name, length) {
    equal(typeof value, 'function', `the type of ${name}`);
    equal(Object.getPrototypeOf(value), Function.prototype, `[[Prototype]] of ${name}`);
    equal(isConstructor(value), false, `whether ${name} is a constructor`);
    list(Reflect.ownKeys(value).map(String).sort(), ['length', 'name'], `own keys of ${name}`);
    property(value, 'length', { value: length, ...CONSTANT }, `the length of ${name}`);
    property(value, 'name', { value: name, ...CONSTANT }, `the name of ${name}`);
  }

  function checkAttribute(each, { name, type, readonly }, instances) {
    const title = `${each.name}.${name}`;
    const descriptor = () => Object.getOwnPropertyDescriptor(holderOf(each), name);
    check(`${title}: is an accessor`, () => {
      const { get, set } = property(holderOf(each), name, { enumerable: true, configurable: true, value: undefined });
      checkFunction(get, `get ${name}`, 0);
      if (readonly) equal(set, undefined, 'the setter');
      else checkFunction(set, `set ${name}`, 1);
    });
    for (const [what, stranger] of strangers(each, instances)) {
      check(`${title}: of ${what}`, async () => {
        const { get, set } = descriptor();
        if (type.kind === 'promise') await rejectsType(() => get.call(stranger()), 'the getter');
        else throwsType(() => get.call(stranger()), 'the getter');
        if (set) throwsType(() => set.call(stranger(), null), 'the setter');
        if (set) throwsType(() => set.call(stranger()), 'the setter without a value');
      });
    }
    if (each.global) {
      check(`${title}: needs no this`, () => {
        const { get, set } = descriptor();
        equal(name in globalThis[each.name].prototype, false, 'whether it is on the prototype');
        for (const absent of [undefined, null]) {
          set.call(absent, checkAttribute);
          equal(get.call(absent), checkAttribute, `of ${absent}`);
          equal(globalThis[name], checkAttribute, 'of the global object');
          set.call(absent, null);
        }
      });
    }
  }

  function checkOperation(each, { name, type, length, arguments: args }, instances) {
    const title = `${each.name}.${name}()`;
    const operation = () => holderOf(each)[name];
    const fails = type.kind === 'promise' ? rejectsType : async (...given) => throwsType(...given);
    check(`${title}: is a method`, () => {
      const { value } = property(holderOf(each), name, { writable: true, enumerable: true, configurable: true });
      checkFunction(value, name, length);
    });
    for (const [what, stranger] of strangers(each, instances)) {
      check(`${title}: of ${what}`, async () => {
        let converted = 0;
        const spy = new Proxy({}, { get: () => void converted++ });
        await fails(
          () =>
            operation().apply(
              stranger(),
              args.map(() => spy),
            ),
          'the call',
        );
        equal(converted, 0, 'how often arguments were looked at');
        await fails(() => operation().apply(stranger(), []), 'the call without arguments');
      });
    }
    const instance = instances[each.name];
    if (!instance) return;
    for (let given = 0; given < length; given++) {
      check(`${title}: with ${given} arguments`, async () => {
        let converted = 0;
        const spy = { toString: () => `${converted++}` };
        await fails(() => operation().apply(instance, Array(given).fill(spy)), 'the call');
        equal(converted, 0, 'how often an argument was converted');
      });
    }
  }

  /** What is none of the interface's objects: [what it is, a function that gives it]. */
  function strangers({ name, global }, instances) {
    const own = instances[name];
    const all = [
      ['a number', () => 1],
      ['a string', () => 'x'],
      ['a symbol', () => Symbol('x')],
      ['any object', () => ({})],
      ['any function', () => () => {}],
      ['another interface’s object', () => new AbortController()],
      ['the prototype object', () => globalThis[name].prototype],
      ['an object with its prototype', () => Object.create(globalThis[name].prototype)],
    ];
    // Of a global interface's members these stand for the global object.
    if (!global)
      all.push(['undefined', () => undefined], ['null', () => null], ['the global object', () => globalThis]);
    if (own) {
      all.push(['what inherits from an object of it', () => Object.create(own)]);
      all.push(['a proxy of an object of it', () => new Proxy(own, {})]);
    }
    return all;
  }
})();
