/**
 * Arguments of operations and constructors, and members of the dictionaries among them: each is given all
 * that types.js has for its type. That a value is accepted is seen by what is read next, which is made
 * to throw: so nothing is ever fetched, unless there is nothing left to read.
 */
(() => {
  const { check, equal, list, ok, isError, casesOf, goodValue, OWN } = idl;
  /** Thrown by what is read after the value. */
  const NEXT = new Error('thrown by what is read next');
  const throwNext = () => {
    throw NEXT;
  };

  /** What a call without anything wrong comes to, where that is more than resolving. */
  const harmless = {
    // Of one that takes place nothing may stay.
    fetch: (registration) => registration.abort(),
  };
  const expected = {
    // The event is one that a script made.
    updateUI: (error) => isError(error, 'InvalidStateError', 'updateUI()'),
  };

  /** @param {object[]} interfaces as describe.mjs makes them @param {Record<string, object>} instances */
  idl.checkArguments = (interfaces, instances) => {
    for (const { name, exposed, constructs, operations } of interfaces) {
      const instance = instances[name];
      if (!exposed || !instance) continue;
      if (constructs) checkCallable(`new ${name}()`, constructs, async (...args) => void new globalThis[name](...args));
      for (const operation of operations) {
        checkCallable(`${name}.${operation.name}()`, operation, (...args) => call(instance, operation.name, args));
      }
    }
  };

  /** Calls what must give a promise, whatever is wrong. */
  async function call(instance, name, args) {
    let promise;
    try {
      promise = instance[name](...args);
    } catch (error) {
      throw new Error(`${name}() throws ${idl.show(error)} instead of rejecting`);
    }
    ok(Object.getPrototypeOf(promise) === Promise.prototype, `${name}() gives no promise`);
    try {
      const value = await promise;
      await harmless[name]?.(value);
    } catch (error) {
      if (!expected[name] || error === NEXT || error === OWN || error instanceof TypeError) throw error;
      expected[name](error);
    }
  }

  function checkCallable(title, { arguments: args }, run) {
    args.forEach(({ name, type, optional }, index) => {
      const before = args.slice(0, index).map((each) => goodValue(each.type));
      const give = (value) => run(...before, value, ...args.slice(index + 1).map((each) => thrower(each.type)));
      checkSlot(`${title}: ${name}`, { type, give, convertsUndefined: !optional, isLast: index === args.length - 1 });
    });
    if (args.length > 1) {
      check(`${title}: converts its arguments in their order, and at once`, async () => {
        const log = [];
        const outcome = run(...args.map((each, index) => noting(each.type, () => log.push(index)))).catch(
          (error) => error,
        );
        list(
          log,
          args.map((_, index) => index),
          'the order',
        );
        equal(await outcome, NEXT, 'the outcome');
      });
    }
    if (args.length) {
      check(`${title}: more arguments than there are`, async () => {
        let asked = 0;
        const spy = new Proxy({}, { get: () => void asked++ });
        const last = args[args.length - 1].type;
        const good = args.slice(0, -1).map((each) => goodValue(each.type));
        const error = await run(...good, last.kind === 'dictionary' ? thrower(last) : goodValue(last), spy).catch(
          (each) => each,
        );
        equal(error, last.kind === 'dictionary' ? NEXT : undefined, 'the outcome');
        equal(asked, 0, 'how often it was looked at');
      });
    }
  }

  /** A value that throws as soon as it is looked at. */
  function thrower(type) {
    if (type.kind === 'dictionary')
      return {
        get [type.members[0].name]() {
          return throwNext();
        },
      };
    return { toString: throwNext };
  }

  /** One that notes when it is looked at, and lets the last one fail. */
  function noting(type, note) {
    if (type.kind !== 'dictionary') return { toString: () => (note(), '/idl/x') };
    return {
      get [type.members[0].name]() {
        note();
        return throwNext();
      },
    };
  }

  /**
   * A place where a value is converted: an argument, a member, an item.
   * @param {object} slot
   * @param {object} slot.type
   * @param {(value: unknown) => Promise<unknown>} slot.give
   * @param {boolean} slot.convertsUndefined or else it stands for no value
   * @param {boolean} slot.isLast nothing is read after it
   */
  function checkSlot(title, { type, give, convertsUndefined, isLast }) {
    for (const { name, wants, value, log: wanted } of casesOf(type, { convertsUndefined })) {
      check(`${title}: ${name}`, async () => {
        const log = [];
        const outcome = await give(value(log)).then(
          () => undefined,
          (error) => error,
        );
        if (wanted) list(log, wanted, 'what was asked');
        if (wants === 'TypeError') isError(outcome, 'TypeError', 'the outcome');
        else if (wants === 'own') equal(outcome, OWN, 'the outcome');
        else equal(outcome, isLast ? undefined : NEXT, 'the outcome');
      });
    }
    if (type.kind === 'dictionary') checkMembers(title, type, give, isLast);
    const sequence = type.kind === 'union' ? type.types.find(({ kind }) => kind === 'sequence') : type;
    if (sequence?.kind === 'sequence') {
      checkSlot(`${title}, an item`, {
        type: sequence.of,
        give: (item) => give([item]),
        convertsUndefined: true,
        isLast,
      });
    }
  }

  function checkMembers(title, type, give, isLast) {
    type.members.forEach((member, index) => {
      const next = type.members[index + 1];
      const more = next ? { [next.name]: { get: throwNext } } : {};
      const giveMember = (value) => give(Object.defineProperties({ ...goodValue(type), [member.name]: value }, more));
      const ends = isLast && !next;
      checkSlot(`${title}, ${member.name}`, {
        type: member.type,
        give: giveMember,
        convertsUndefined: false,
        isLast: ends,
      });
      if (!member.required)
        check(`${title}, ${member.name}: undefined is none`, async () => {
          const outcome = await giveMember(undefined).then(
            () => undefined,
            (error) => error,
          );
          equal(outcome, ends ? undefined : NEXT, 'the outcome');
        });
    });
  }
})();
