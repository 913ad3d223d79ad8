/** The objects themselves: https://webidl.spec.whatwg.org/#js-platform-objects. */
(() => {
  const { check, equal, list, ok, thrown, isError, throwsType } = idl;

  /** @param {object[]} interfaces as describe.mjs makes them @param {Record<string, object>} instances */
  idl.checkInstances = (interfaces, instances) => {
    for (const each of interfaces) {
      const instance = instances[each.name];
      if (!each.exposed || !instance) continue;
      if (!each.partial) checkObject(each, instance);
      for (const attribute of each.attributes) checkAttribute(each, attribute, instance);
    }
  };

  function checkObject({ name, parent }, instance) {
    const title = `an object of ${name}`;
    check(`${title}: is one`, () => {
      equal(Object.getPrototypeOf(instance), globalThis[name].prototype, 'its [[Prototype]]');
      ok(instance instanceof globalThis[name], 'instanceof');
      if (parent) ok(instance instanceof globalThis[parent], `instanceof ${parent}`);
      equal(String(instance), `[object ${name}]`, 'as a string');
      equal(typeof instance, 'object', 'its type');
      equal(Object.isExtensible(instance), true, 'whether it is extensible');
    });
    check(`${title}: has nothing of its own`, () => {
      // [LegacyUnforgeable] members, which some engines have moved, are those of any event.
      const expected = instance instanceof Event ? Reflect.ownKeys(new Event('x')) : [];
      list(Reflect.ownKeys(instance).map(String), expected.map(String), 'own keys');
      if (!(instance instanceof Event)) equal(JSON.stringify(instance), '{}', 'as JSON');
    });
    check(`${title}: cannot be cloned`, () => {
      isError(
        thrown(() => structuredClone(instance), 'structuredClone()'),
        'DataCloneError',
        'structuredClone()',
      );
      const { port1 } = new MessageChannel();
      isError(
        thrown(() => port1.postMessage({ instance }), 'postMessage()'),
        'DataCloneError',
        'postMessage()',
      );
    });
  }

  function checkAttribute({ name }, attribute, instance) {
    const title = `${name}.${attribute.name}`;
    check(`${title}: is of its type`, () => checkType(attribute.type, instance[attribute.name]));
    if (['interface', 'promise'].includes(attribute.type.kind)) {
      check(`${title}: is always the same`, () => {
        equal(instance[attribute.name], instance[attribute.name], 'the second time');
      });
    }
    if (attribute.readonly) {
      check(`${title}: is readonly`, () => {
        const value = instance[attribute.name];
        const set = (object) => {
          'use strict';
          object[attribute.name] = 'x';
        };
        throwsType(() => set(instance), 'setting it');
        equal(Reflect.set(instance, attribute.name, 'x'), false, 'Reflect.set()');
        equal(instance[attribute.name], value, 'what it is then');
      });
    }
  }

  const primitives = {
    DOMString: (value) => equal(typeof value, 'string', 'its type'),
    USVString: (value) => equal(typeof value, 'string', 'its type'),
    boolean: (value) => equal(typeof value, 'boolean', 'its type'),
    'unsigned long long': (value) => ok(Number.isInteger(value) && value >= 0, `${value} is no unsigned integer`),
  };

  function checkType({ kind, name, values }, value) {
    switch (kind) {
      case 'primitive':
        return primitives[name](value);
      case 'enum':
        return ok(values.includes(value), `${idl.show(value)} is none of ${values.map(idl.show).join(', ')}`);
      case 'interface':
        return equal(Object.getPrototypeOf(value), globalThis[name].prototype, 'its [[Prototype]]');
      case 'promise':
        return equal(Object.getPrototypeOf(value), Promise.prototype, 'its [[Prototype]]');
      case 'handler':
        return equal(value, null, 'its value at first');
      default:
        throw new Error(`no attribute has been of type ${kind} so far`);
    }
  }
})();
