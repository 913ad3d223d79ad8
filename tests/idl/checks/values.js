/** What becomes of values that are accepted, as far as the API shows it: each starts a fetch, and aborts it. */
(() => {
  const { check, equal, list, ok, isError } = idl;
  /** Small, and slow enough to be active until it is aborted. */
  const SLOW = '/file?size=1000&rate=100';
  let fetches = 0;
  const newId = () => `value ${++fetches}`;

  /** @param {{BackgroundFetchManager?: any}} instances */
  idl.checkValues = ({ BackgroundFetchManager: manager }) => {
    if (!manager) return;

    /** Runs `use` with the registration of a fetch, which is over after it. */
    async function fetched(id, requests, options, use) {
      const registration = await manager.fetch(id, requests, options);
      try {
        await use(registration);
      } finally {
        await registration.abort();
      }
    }

    checkIds(manager, fetched);
    checkTotals(fetched);
    checkRequests(fetched);
    checkUIOptions(fetched);
    checkResults(manager, fetched);
  };

  function checkIds(manager, fetched) {
    const ids = {
      'a number': [-0.5, '-0.5'],
      null: [null, 'null'],
      undefined: [undefined, 'undefined'],
      'a boolean': [false, 'false'],
      'a BigInt': [12345678901234567890n, '12345678901234567890'],
      'an object': [{ toString: () => 'of an object', valueOf: () => 5 }, 'of an object'],
      'an array': [['a', 'b'], 'a,b'],
      'U+0000 and what is not in the first plane': ['a\0b\u{1F600}', 'a\0b\u{1F600}'],
      'spaces are kept': [' \n id\t', ' \n id\t'],
      'a lone surrogate': ['\uD800 \uDC00', '\uD800 \uDC00'],
    };
    for (const [name, [given, id]] of Object.entries(ids)) {
      check(`fetch(), get(), getIds(): an id, ${name}`, () =>
        fetched(given, SLOW, {}, async (registration) => {
          equal(registration.id, id, 'the id');
          equal((await manager.get(given))?.id, id, 'the id of what get() gives');
          ok((await manager.getIds()).includes(id), 'it is not among getIds()');
        }),
      );
    }
  }

  /** https://webidl.spec.whatwg.org/#js-unsigned-long-long; nothing is rounded, all is modulo 2^64. */
  function checkTotals(fetched) {
    const totals = [
      [undefined, 0],
      [null, 0],
      [0, 0],
      [-0, 0],
      [NaN, 0],
      [Infinity, 0],
      [-Infinity, 0],
      ['', 0],
      ['x', 0],
      [{}, 0],
      [[], 0],
      [false, 0],
      [true, 1],
      [12, 12],
      ['12', 12],
      [' 0x10 ', 16],
      [1.9, 1],
      [0.9, 0],
      [-0.9, 0],
      ['1e3', 1000],
      [[7], 7],
      [{ valueOf: () => 5, toString: () => '6' }, 5],
      [2 ** 32 + 1, 2 ** 32 + 1],
      [2 ** 64, 0],
      [2 ** 64 + 4096, 4096],
      [2 ** 65 + 8192, 8192],
      [-(2 ** 64), 0],
      [4096 - 2 ** 64, 4096],
    ];
    for (const [given, total] of totals) {
      check(`fetch(): downloadTotal ${idl.show(given)}`, () =>
        fetched(newId(), SLOW, { downloadTotal: given }, (registration) => {
          equal(registration.downloadTotal, total, 'the total');
        }),
      );
    }
    // No device has so much room: where the browser tells how much it has, the fetch is refused for that.
    const enormous = [
      [-1, 2 ** 64],
      [-4096, 2 ** 64 - 4096],
      [2 ** 63, 2 ** 63],
      [2 ** 53 + 2, 2 ** 53 + 2],
    ];
    for (const [given, total] of enormous) {
      check(`fetch(): downloadTotal ${given}`, async () => {
        try {
          await fetched(newId(), SLOW, { downloadTotal: given }, (registration) => {
            equal(registration.downloadTotal, total, 'the total');
          });
        } catch (error) {
          if (error?.name !== 'QuotaExceededError') throw error;
        }
      });
    }
  }

  function checkRequests(fetched) {
    // None of these URLs gets an answer while the fetch is active.
    const base = `${location.origin}/idl/`;
    const lists = {
      'a string': ['value?a', ['value?a']],
      'a String object: its characters': [new String('ab'), ['a', 'b']],
      'a URL object': [new URL(`${base}value?b`), ['value?b']],
      'a number': [5, ['5']],
      null: [null, ['null']],
      undefined: [undefined, ['undefined']],
      'an object': [{ toString: () => 'value?c' }, ['value?c']],
      'a Request': [new Request(`${base}value?d`), ['value?d']],
      'an array of all kinds': [
        ['value?e', new Request(`${base}value?f`), new URL(`${base}value?g`), 6],
        ['value?e', 'value?f', 'value?g', '6'],
      ],
      'an array in an array: a string': [[['value?h', 'i']], ['value?h,i']],
      'a Set': [new Set(['value?j', 'value?k']), ['value?j', 'value?k']],
      'a Map: pairs as strings': [new Map([['l', 'm']]), ['l,m']],
      'a lone surrogate': ['value?\uD800', ['value?%EF%BF%BD']],
      'an array of one twice': [
        ['value?n', 'value?n'],
        ['value?n', 'value?n'],
      ],
    };
    if (globalThis.document) {
      const { contentWindow } = document.body.appendChild(document.createElement('iframe'));
      lists['a Request of another realm'] = [new contentWindow.Request(`${base}value?o`), ['value?o']];
    }
    for (const [name, [given, urls]] of Object.entries(lists)) {
      check(`fetch(): requests, ${name}`, () =>
        fetched(newId(), given, {}, async (registration) => {
          const records = await registration.matchAll();
          list(
            records.map(({ request }) => request.url).sort(),
            urls.map((url) => base + url).sort(),
            'the records’ URLs',
          );
        }),
      );
    }
    check('match(): a request that is not a string', () =>
      fetched(newId(), ['value?o', '7'], {}, async (registration) => {
        const urlOf = async (request) => (await registration.match(request))?.request.url;
        equal(await urlOf(['value?o']), `${base}value?o`, 'of an array');
        equal(await urlOf(7), `${base}7`, 'of a number');
        equal(await urlOf(null), undefined, 'of null');
        equal((await registration.matchAll(undefined)).length, 2, 'the number of all');
        equal((await registration.matchAll(null)).length, 0, 'the number of those of null');
      }),
    );
    check('match(): options that are not boolean', () =>
      fetched(newId(), 'value?p', {}, async (registration) => {
        for (const truthy of [1, 'false', {}, Symbol('x')]) {
          equal((await registration.matchAll('value?q', { ignoreSearch: truthy })).length, 1, `of ${typeof truthy}`);
        }
        for (const falsy of [0, '', NaN, null, undefined]) {
          equal((await registration.matchAll('value?q', { ignoreSearch: falsy })).length, 0, `of ${falsy}`);
        }
      }),
    );
  }

  function checkUIOptions(fetched) {
    const options = {
      'a title that is a number': { title: 5 },
      'a title with a lone surrogate': { title: '\uD800' },
      'a Set of icons': { icons: new Set([{ src: 'icon' }]) },
      'an icon whose members are no strings': { icons: [{ src: 5, sizes: null, type: true, label: 6n }] },
      'an icon with a lone surrogate': { icons: [{ src: '/\uD800' }] },
      'members that nobody knows': { icon: 5, Title: Symbol('x') },
    };
    for (const [name, given] of Object.entries(options)) {
      check(`fetch(): options, ${name}`, () => fetched(newId(), SLOW, given, () => {}));
    }
  }

  function checkResults(manager, fetched) {
    check('results are of their types', () =>
      fetched('types', SLOW, {}, async (registration) => {
        equal(Object.getPrototypeOf(registration), BackgroundFetchRegistration.prototype, 'what fetch() gives');
        equal(
          Object.getPrototypeOf(await manager.get('types')),
          BackgroundFetchRegistration.prototype,
          'what get() gives',
        );
        equal(await manager.get('none'), undefined, 'what get() gives for none');
        equal(Object.getPrototypeOf(await manager.getIds()), Array.prototype, 'what getIds() gives');
        equal(
          Object.getPrototypeOf(await registration.match(SLOW)),
          BackgroundFetchRecord.prototype,
          'what match() gives',
        );
        equal(await registration.match('/none'), undefined, 'what match() gives for none');
        equal(Object.getPrototypeOf(await registration.matchAll()), Array.prototype, 'what matchAll() gives');
        equal(await registration.abort(), true, 'what abort() gives');
        equal(await registration.abort(), false, 'what abort() gives the second time');
      }),
    );
    check('getIds() gives a list of the app’s own', async () => {
      ok(Object.isExtensible(await manager.getIds()), 'it cannot be changed');
      ok((await manager.getIds()) !== (await manager.getIds()), 'it is the same each time');
    });
    check('an empty list is refused after all has been converted', async () => {
      const log = [];
      const failed = manager.fetch({ toString: () => (log.push('id'), 'id') }, [], {
        get downloadTotal() {
          return log.push('total');
        },
      });
      list(log, ['id', 'total'], 'what was converted');
      isError(await failed.catch((error) => error), 'TypeError', 'the outcome');
    });
  }
})();
