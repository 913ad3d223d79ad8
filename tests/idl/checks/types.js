/**
 * What a value of each type must do when it is converted, https://webidl.spec.whatwg.org/#js-type-mapping:
 * `idl.casesOf(type)` gives a list of
 * `{ name, wants, value, log }`: what is given, made by `value(log)`; whether it is accepted or what the
 * conversion fails with; and, if given, what the value's hooks must have noted.
 */
(() => {
  /** Thrown by a value's own code: it must come out as it is. */
  const OWN = new Error('thrown by the value itself');
  const throwOwn = () => {
    throw OWN;
  };

  const accepts = (name, value, log) => ({ name, wants: 'accepted', value, log });
  const refuses = (name, value, log) => ({ name, wants: 'TypeError', value, log });
  const passesOn = (name, value, log) => ({ name, wants: 'own', value, log });

  const kinds = {
    primitive: ({ name }, context) => primitives[name](context),
    dictionary: dictionaryCases,
    interface: interfaceCases,
    sequence: (type) => [...iterableCases(type), ...notIterableCases()],
    union: unionCases,
  };
  const primitives = {
    DOMString: stringCases,
    USVString: stringCases,
    boolean: booleanCases,
    'unsigned long long': integerCases,
  };

  /** @param {{convertsUndefined: boolean}} context whether undefined is a value, or stands for none */
  const casesOf = (type, context) => kinds[type.kind](type, context);

  /** A value that any conversion to the type accepts, and that makes nothing happen. */
  function goodValue(type) {
    switch (type.kind) {
      case 'primitive':
        return { boolean: false, 'unsigned long long': 0 }[type.name] ?? '/idl/good';
      case 'sequence':
        return [];
      case 'dictionary':
        return Object.fromEntries(requiredOf(type).map((each) => [each.name, goodValue(each.type)]));
      case 'interface':
        return idl.instances[type.name];
      default:
        return '/idl/good';
    }
  }

  const requiredOf = ({ members }) => members.filter(({ required }) => required);

  function stringCases({ convertsUndefined }) {
    return [
      ...(convertsUndefined ? [accepts('undefined', () => undefined)] : []),
      accepts('null', () => null),
      accepts('a number', () => 5),
      accepts('a boolean', () => true),
      accepts('a BigInt', () => 10n),
      accepts('an array', () => ['/idl/x']),
      accepts('a function', () => () => {}),
      accepts('an object', () => ({})),
      accepts('what asks for the hint', (log) => ({ [Symbol.toPrimitive]: (hint) => log.push(hint) }), ['string']),
      accepts(
        'toString before valueOf',
        (log) => ({
          toString: () => (log.push('toString'), {}),
          valueOf: () => (log.push('valueOf'), 'x'),
        }),
        ['toString', 'valueOf'],
      ),
      accepts('toString called once', (log) => ({ toString: () => (log.push('toString'), 'x') }), ['toString']),
      refuses('a symbol', () => Symbol('x')),
      refuses('toString that gives a symbol', () => ({ toString: () => Symbol('x') })),
      refuses('toString and valueOf that give objects', () => ({ toString: () => ({}), valueOf: () => ({}) })),
      refuses('an object without toString', () => Object.create(null)),
      refuses('@@toPrimitive that is no function', () => ({ [Symbol.toPrimitive]: 1 })),
      refuses('@@toPrimitive that gives an object', () => ({ [Symbol.toPrimitive]: () => ({}) })),
      passesOn('toString that throws', () => ({ toString: throwOwn })),
      passesOn('a getter of @@toPrimitive that throws', () => ({
        get [Symbol.toPrimitive]() {
          return throwOwn();
        },
      })),
    ];
  }

  /** Nothing is asked, nothing fails. */
  function booleanCases() {
    const hooks = { toString: throwOwn, valueOf: throwOwn, [Symbol.toPrimitive]: throwOwn };
    return [null, 0, NaN, 'x', '', 1n]
      .map((value) => accepts(`${typeof value} ${value}`, () => value))
      .concat([accepts('a symbol', () => Symbol('x')), accepts('an object that cannot be converted', () => hooks)]);
  }

  /** What becomes of a number that is accepted is in values.js. */
  function integerCases() {
    return [
      refuses('a symbol', () => Symbol('x')),
      refuses('a BigInt', () => 1n),
      refuses('valueOf that gives a BigInt', () => ({ valueOf: () => 1n })),
      refuses('an object without valueOf', () => Object.create(null)),
      passesOn('valueOf that throws', () => ({ valueOf: throwOwn })),
      passesOn(
        'what asks for the hint',
        (log) => ({
          [Symbol.toPrimitive]: (hint) => (log.push(hint), throwOwn()),
        }),
        ['number'],
      ),
      passesOn(
        'valueOf before toString',
        (log) => ({
          valueOf: () => (log.push('valueOf'), {}),
          toString: () => (log.push('toString'), throwOwn()),
        }),
        ['valueOf', 'toString'],
      ),
    ];
  }

  /** An object with an `@@iterator` that notes all that is asked of it, and has `count` items. */
  const iterable = (log, count, item) => ({
    get [Symbol.iterator]() {
      log.push('get @@iterator');
      return () => {
        log.push('@@iterator');
        let left = count;
        return {
          get next() {
            log.push('get next');
            return () => (log.push('next'), step(log, left-- <= 0, item));
          },
          get return() {
            return log.push('get return');
          },
        };
      };
    },
  });

  const step = (log, isLast, item) => ({
    get done() {
      return (log.push('done'), isLast);
    },
    get value() {
      return (log.push('value'), item());
    },
  });

  const BEGIN = ['get @@iterator', '@@iterator', 'get next'];
  const ITEM = ['next', 'done', 'value'];
  const END = ['next', 'done'];

  /** https://webidl.spec.whatwg.org/#create-sequence-from-iterable */
  function iterableCases({ of }) {
    const good = () => goodValue(of);
    const from = (iterator) => ({ [Symbol.iterator]: () => iterator });
    return [
      accepts('an empty array', () => []),
      accepts('an array of it', () => [good(), good()]),
      accepts('a Set', () => new Set([good()])),
      accepts('a generator', () =>
        (function* () {
          yield good();
        })(),
      ),
      accepts('an iterable, asked no more than needed', (log) => iterable(log, 2, good), [
        ...BEGIN,
        ...ITEM,
        ...ITEM,
        ...END,
      ]),
      accepts('items are converted as they come', (log) => noting(log, of, good), ['first', 'item 1', 'second', 'end']),
      refuses('an item that is refused, after which nothing is asked', (log) => iterable(log, 2, () => Symbol('x')), [
        ...BEGIN,
        ...ITEM,
      ]),
      refuses('@@iterator that is no function', () => ({ [Symbol.iterator]: 5 })),
      refuses('an iterator that is no object', () => from(5)),
      refuses('next that is no function', () => from({ next: 5 })),
      refuses('a step that is no object', () => from({ next: () => 5 })),
      passesOn('a getter of @@iterator that throws', () => ({
        get [Symbol.iterator]() {
          return throwOwn();
        },
      })),
      passesOn('@@iterator that throws', () => ({ [Symbol.iterator]: throwOwn })),
      passesOn('a getter of next that throws', () =>
        from({
          get next() {
            return throwOwn();
          },
        }),
      ),
      passesOn('next that throws', () => from({ next: throwOwn })),
      passesOn('a getter of done that throws', () =>
        from({
          next: () => ({
            get done() {
              return throwOwn();
            },
          }),
        }),
      ),
      passesOn('a getter of value that throws', () =>
        from({
          next: () => ({
            get value() {
              return throwOwn();
            },
          }),
        }),
      ),
    ];
  }

  /** Two items, the first of which tells when it is converted. */
  function* noting(log, type, good) {
    log.push('first');
    const read = () => (log.push('item 1'), 'x');
    const first =
      type.kind === 'dictionary'
        ? {
            ...good(),
            get [type.members[0].name]() {
              return read();
            },
          }
        : { toString: read };
    yield first;
    log.push('second');
    yield good();
    log.push('end');
  }

  function notIterableCases() {
    return [
      refuses('null', () => null),
      refuses('a number', () => 5),
      refuses('a string', () => 'text'),
      refuses('a boolean', () => true),
      refuses('a symbol', () => Symbol('x')),
      refuses('an object', () => ({})),
      refuses('a function', () => () => {}),
      refuses('what is only like an array', () => ({ length: 0 })),
      refuses('@@iterator that is null', () => ({ [Symbol.iterator]: null })),
    ];
  }

  function dictionaryCases(type) {
    const { members } = type;
    const required = requiredOf(type);
    const given = (more) => Object.assign(Object.create(null), goodValue(type), more);
    /** Is accepted if its members are read. */
    const armed = (target) => Object.defineProperty(target, members[0].name, { get: throwOwn });
    const empty = required.length ? refuses : accepts;
    return [
      ...[5, 'x', true, 1n].map((value) => refuses(`a ${typeof value}`, () => value)),
      refuses('a symbol', () => Symbol('x')),
      empty('undefined', () => undefined),
      empty('null', () => null),
      passesOn('a function with members', () => armed(() => {})),
      passesOn('an array with members', () => armed([])),
      passesOn('inherited members', () => Object.create(armed({}))),
      passesOn('members of an object without a prototype', () => armed(Object.create(null))),
      ...members.map(({ name }, index) =>
        passesOn(
          `${name} throws when it is read, after those before it`,
          (log) => observed(log, given({}), { [name]: throwOwn }),
          members.slice(0, index + 1).map((each) => each.name),
        ),
      ),
      ...required.map(({ name }) =>
        refuses(
          `${name} is missing`,
          (log) => observed(log, given({ [name]: undefined }), {}),
          members.slice(0, members.findIndex((each) => each.name === name) + 1).map((each) => each.name),
        ),
      ),
    ];
  }

  /** Notes which members are read, and that nothing else is asked. */
  const observed = (log, target, getters) =>
    new Proxy(target, {
      get(_, key) {
        log.push(String(key));
        return Object.hasOwn(getters, key) ? getters[key]() : target[key];
      },
      has: (_, key) => (log.push(`has ${String(key)}`), key in target),
      ownKeys: () => (log.push('keys'), Reflect.ownKeys(target)),
      getOwnPropertyDescriptor: (_, key) => (
        log.push(`own ${String(key)}`), Reflect.getOwnPropertyDescriptor(target, key)
      ),
    });

  function interfaceCases({ name }) {
    const instance = () => idl.instances[name];
    return [
      accepts('an object of it', instance),
      refuses('null', () => null),
      refuses('a number', () => 5),
      refuses('a string', () => 'x'),
      refuses('a symbol', () => Symbol('x')),
      refuses('an object', () => ({})),
      refuses('another interface’s object', () => new AbortController()),
      refuses('the prototype object', () => globalThis[name].prototype),
      refuses('what inherits from an object of it', () => Object.create(instance())),
      refuses('a proxy of an object of it', () => new Proxy(instance(), {})),
    ];
  }

  /** Of Requests, strings and, at times, lists of them: https://webidl.spec.whatwg.org/#js-union. */
  function unionCases({ types }, context) {
    const sequence = types.find(({ kind }) => kind === 'sequence');
    return [
      ...stringCases(context),
      ...requestCases(),
      ...(sequence ? [...iterableCases(sequence), ...listOrStringCases()] : stringOnlyCases()),
    ];
  }

  function requestCases() {
    const armed = (request, log) =>
      Object.defineProperties(request, {
        [Symbol.iterator]: { get: () => void log.push('@@iterator') },
        toString: { value: () => (log.push('toString'), 'x') },
      });
    return [
      accepts('a Request', (log) => armed(new Request('/idl/x'), log), []),
      accepts('a Request of a subclass', (log) => armed(new (class extends Request {})('/idl/x'), log), []),
      accepts(
        'what inherits from a Request is none',
        (log) => {
          const toString = () => (log.push('toString'), 'x');
          return Object.create(new Request('/idl/x'), { toString: { value: toString } });
        },
        ['toString'],
      ),
    ];
  }

  function listOrStringCases() {
    return [
      accepts(
        '@@iterator that is null: a string',
        (log) => ({
          [Symbol.iterator]: null,
          toString: () => (log.push('toString'), 'x'),
        }),
        ['toString'],
      ),
      accepts(
        '@@iterator is looked for before a string is made',
        (log) => ({
          get [Symbol.iterator]() {
            return (log.push('@@iterator'), undefined);
          },
          toString: () => (log.push('toString'), 'x'),
        }),
        ['@@iterator', 'toString'],
      ),
    ];
  }

  function stringOnlyCases() {
    return [
      accepts(
        'an array is a string',
        (log) => ({
          get [Symbol.iterator]() {
            return (log.push('@@iterator'), [][Symbol.iterator]);
          },
          toString: () => (log.push('toString'), 'x'),
        }),
        ['toString'],
      ),
    ];
  }

  Object.assign(idl, { casesOf, goodValue, OWN });
})();
