/** Event handler attributes: https://html.spec.whatwg.org/#event-handler-attributes. */
(() => {
  const { check, equal, list } = idl;

  /** @param {object[]} interfaces as describe.mjs makes them @param {Record<string, object>} instances */
  idl.checkHandlers = (interfaces, instances) => {
    for (const { name, exposed, global, attributes } of interfaces) {
      const target = global ? globalThis : instances[name];
      if (!exposed || !target) continue;
      for (const { name: key, type } of attributes) {
        if (type.kind === 'handler') checkHandler(`${name}.${key}`, target, key);
      }
    }
  };

  function checkHandler(title, target, key) {
    const type = key.slice('on'.length);
    const fire = (init) => {
      const event = new Event(type, init);
      target.dispatchEvent(event);
      return event;
    };
    const handled = (name, run) =>
      check(`${title}: ${name}`, () => {
        const log = [];
        const note = (text) => () => void log.push(text);
        const listeners = [];
        const listen = (listener) => {
          listeners.push(listener);
          target.addEventListener(type, listener);
        };
        try {
          run({ log, note, listen });
        } finally {
          for (const listener of listeners) target.removeEventListener(type, listener);
          target[key] = null;
        }
      });

    handled('is null at first', () => equal(target[key], null, 'its value'));
    handled('keeps functions and other objects', () => {
      for (const value of [() => {}, class {}, {}, [], { handleEvent() {} }, new Proxy(() => {}, {})]) {
        target[key] = value;
        equal(target[key], value, 'what was set');
      }
    });
    handled('takes what is no object for null', () => {
      for (const value of [undefined, null, 5, 'return 1', true, Symbol('x'), 1n]) {
        target[key] = () => {};
        target[key] = value;
        equal(target[key], null, `after ${String(value)}`);
      }
    });
    handled('calls the function with the event', ({ log }) => {
      target[key] = function (...args) {
        log.push(this === target, args.length, args[0].type, args[0].currentTarget === target);
      };
      fire();
      list(log, [true, 1, type, true], 'what it saw');
    });
    handled('calls no object, not even for its handleEvent', ({ log, note }) => {
      target[key] = { handleEvent: note('handleEvent') };
      fire();
      list(log, [], 'calls');
    });
    handled('cancels the event by false, and by nothing else', () => {
      for (const value of [false, 0, '', null, undefined, true]) {
        target[key] = () => value;
        equal(fire({ cancelable: true }).defaultPrevented, value === false, `defaultPrevented after ${value}`);
      }
      target[key] = () => false;
      equal(fire().defaultPrevented, false, 'defaultPrevented of what cannot be cancelled');
    });
    handled('keeps its place among the listeners', ({ log, note, listen }) => {
      listen(note('before'));
      target[key] = note('first handler');
      listen(note('after'));
      target[key] = note('second handler');
      fire();
      list(log, ['before', 'second handler', 'after'], 'calls');
    });
    handled('goes to the end when it has been null', ({ log, note, listen }) => {
      target[key] = note('first handler');
      listen(note('listener'));
      target[key] = null;
      fire();
      target[key] = note('second handler');
      fire();
      list(log, ['listener', 'listener', 'second handler'], 'calls');
    });
    handled('is the one that is set when its turn comes', ({ log, note, listen }) => {
      listen(() => (target[key] = note('set meanwhile')));
      target[key] = note('set before');
      fire();
      list(log, ['set meanwhile'], 'calls');
    });
    handled('is no listener of that function', ({ log, note }) => {
      const handler = note('handler');
      target[key] = handler;
      target.removeEventListener(type, handler);
      target.addEventListener(type, handler);
      fire();
      target.removeEventListener(type, handler);
      list(log, ['handler', 'handler'], 'calls');
    });
    handled('what it throws is reported, and stops nothing', ({ log, note, listen }) => {
      const failure = new Error('of a handler');
      const hear = (event) => {
        if (event.error !== failure) return;
        log.push('reported');
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      addEventListener('error', hear, { capture: true });
      target[key] = () => {
        throw failure;
      };
      listen(note('listener'));
      fire();
      removeEventListener('error', hear, { capture: true });
      list(log, ['reported', 'listener'], 'what happened');
    });
  }
})();
