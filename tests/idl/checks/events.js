/** Events: what their constructors make of arguments, and the ones that are fired. For service workers only. */
(() => {
  const { check, equal, list, ok, isError, rejection, thrown } = idl;
  const EVENTS = ['BackgroundFetchEvent', 'BackgroundFetchUpdateUIEvent'];

  let fetches = 0;
  /** The id of the fetch whose event is awaited. */
  let current;

  /** @param {{BackgroundFetchRegistration?: any}} instances @param {(command: object) => Promise<unknown>} page */
  idl.checkEvents = ({ BackgroundFetchRegistration: registration }, page) => {
    if (!globalThis.BackgroundFetchEvent || !registration) return;
    for (const name of EVENTS) checkConstructed(name, registration);
    check('BackgroundFetchUpdateUIEvent: one that a script made cannot update', async () => {
      const event = new BackgroundFetchUpdateUIEvent('x', { registration });
      isError(await rejection(() => event.updateUI(), 'updateUI()'), 'InvalidStateError', 'updateUI()');
    });
    const cause = (command) => () => page({ start: (current = `fired ${++fetches}`), ...command });
    checkFired('backgroundfetchsuccess', 'BackgroundFetchUpdateUIEvent', cause({ url: '/file?size=10' }));
    checkFired('backgroundfetchfail', 'BackgroundFetchUpdateUIEvent', cause({ url: '/file?size=10&status=404' }));
    checkFired('backgroundfetchabort', 'BackgroundFetchEvent', cause({ url: '/file?size=1000&rate=100', abort: true }));
  };

  function checkConstructed(name, registration) {
    const make = (type, init) => new globalThis[name](type, { registration, ...init });

    check(`new ${name}(): an untrusted event with what it was given`, () => {
      const event = make('of a type', {});
      equal(event.type, 'of a type', 'its type');
      equal(event.registration, registration, 'its registration');
      equal(event.isTrusted, false, 'isTrusted');
      list([event.bubbles, event.cancelable, event.composed], [false, false, false], 'bubbles, cancelable, composed');
      ok(event instanceof ExtendableEvent && event instanceof Event, 'it is no ExtendableEvent');
      ok(event instanceof BackgroundFetchEvent, 'it is no BackgroundFetchEvent');
      const { bubbles, cancelable, composed } = make('x', { bubbles: 1, cancelable: 'yes', composed: {} });
      list([bubbles, cancelable, composed], [true, true, true], 'bubbles, cancelable, composed');
    });
    check(`new ${name}(): the type as a string`, () => {
      for (const [given, type] of [
        [5, '5'],
        [null, 'null'],
        [undefined, 'undefined'],
        ['', ''],
        ['\uD800', '\uD800'],
      ]) {
        equal(make(given).type, type, String(given));
      }
    });
    check(`new ${name}(): reads each member once`, () => {
      const log = [];
      const target = { registration };
      new globalThis[name]('x', new Proxy(target, { get: (_, key) => (log.push(String(key)), target[key]) }));
      list(log, ['bubbles', 'cancelable', 'composed', 'registration'], 'what was read');
    });
    check(`new ${name}(): can be dispatched`, () => {
      const target = new EventTarget();
      const event = make('x', { cancelable: true });
      let seen;
      target.addEventListener('x', (each) => {
        seen = [each === event, each.currentTarget === target];
        each.preventDefault();
      });
      equal(target.dispatchEvent(event), false, 'what dispatchEvent() gives');
      list(seen, [true, true], 'what the listener saw');
    });
    check(`new ${name}(): waitUntil() is for events that are fired`, () => {
      const event = make('x', {});
      isError(
        thrown(() => event.waitUntil(Promise.resolve()), 'waitUntil()'),
        'InvalidStateError',
        'waitUntil()',
      );
    });
    check(`class extends ${name}`, () => {
      class Derived extends globalThis[name] {
        more = 5;
      }
      const event = new Derived('x', { registration });
      ok(event instanceof Derived, 'it is none of the derived class');
      list([event.more, event.registration], [5, registration], 'its fields');
    });
    check(`new ${name}() with another newTarget`, () => {
      const event = Reflect.construct(globalThis[name], ['x', { registration }], Object);
      equal(Object.getPrototypeOf(event), Object.prototype, 'its [[Prototype]]');
      const { get } = Object.getOwnPropertyDescriptor(BackgroundFetchEvent.prototype, 'registration');
      equal(get.call(event), registration, 'what the getter gives');
    });
  }

  /** @param {string} type @param {string} name of the interface @param {() => Promise<unknown>} cause makes it happen */
  function checkFired(type, name, cause) {
    /** What must be seen while the event is dispatched. */
    const fired = async (look) => {
      let failure;
      const seen = new Promise((resolve) => {
        const listener = (event) => {
          // That of a fetch of another check may come late.
          if (event.registration.id !== current) return;
          removeEventListener(type, listener);
          try {
            const later = look(event);
            event.waitUntil(Promise.resolve(later));
            resolve(later);
          } catch (error) {
            failure = { error };
            resolve(undefined);
          }
        };
        addEventListener(type, listener);
      });
      await cause();
      await seen;
      if (failure) throw failure.error;
    };

    check(`${type}: what it is`, () =>
      fired((event) => {
        equal(Object.getPrototypeOf(event), globalThis[name].prototype, 'its [[Prototype]]');
        equal(String(event), `[object ${name}]`, 'as a string');
        equal(event.type, type, 'its type');
        list([event.bubbles, event.cancelable, event.composed], [false, false, false], 'bubbles, cancelable, composed');
        list([event.target, event.currentTarget], [globalThis, globalThis], 'target, currentTarget');
        equal(Object.getPrototypeOf(event.registration), BackgroundFetchRegistration.prototype, 'its registration');
        equal(event.registration, event.registration, 'its registration, the second time');
        equal(event.registration.id, current, 'the id of its registration');
        equal('updateUI' in event, name === 'BackgroundFetchUpdateUIEvent', 'whether it has updateUI()');
      }),
    );
    check(`${type}: is trusted`, () => fired((event) => equal(event.isTrusted, true, 'isTrusted')));
    check(`${type}: has nothing of its own`, () =>
      fired((event) => {
        list(Reflect.ownKeys(event).map(String), Reflect.ownKeys(new Event('x')).map(String), 'own keys');
      }),
    );
    check(`${type}: waitUntil()`, () =>
      fired((event) => {
        const { waitUntil } = event;
        list([waitUntil.name, waitUntil.length, typeof waitUntil], ['waitUntil', 1, 'function'], 'the method');
        equal(event.waitUntil(undefined), undefined, 'what it gives');
        isError(
          thrown(() => event.waitUntil(), 'without arguments'),
          'TypeError',
          'without arguments',
        );
        isError(
          thrown(() => waitUntil.call({}, undefined), 'of another this'),
          'TypeError',
          'of another this',
        );
      }),
    );
    if (name !== 'BackgroundFetchUpdateUIEvent') return;
    check(`${type}: updateUI() converts before all else, and then works once`, () =>
      fired(async (event) => {
        isError(await rejection(() => event.updateUI(5), 'of 5'), 'TypeError', 'of 5');
        isError(
          await rejection(() => event.updateUI({ icons: [{}] }), 'of an icon without src'),
          'TypeError',
          'of an icon without src',
        );
        equal(await event.updateUI({ title: 5 }), undefined, 'what it gives');
        isError(await rejection(() => event.updateUI(5), 'of 5, again'), 'TypeError', 'of 5, again');
        isError(await rejection(() => event.updateUI(), 'again'), 'InvalidStateError', 'again');
      }),
    );
    check(`${type}: the attribute of the global object is called for it`, async () => {
      let seen;
      globalThis[`on${type}`] = function (event) {
        if (event.registration.id === current) seen = [this === globalThis, event.type];
      };
      try {
        await fired(() => {});
        list(seen ?? [], [true, type], 'what it saw');
      } finally {
        globalThis[`on${type}`] = null;
      }
    });
  }
})();
