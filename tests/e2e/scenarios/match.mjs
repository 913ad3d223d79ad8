/** Finding fetches and their records, while they run. */
import assert from 'node:assert/strict';

/** Slow enough that its fetch outlives the test's questions. */
const SLOW = { size: 400_000, rate: 15_000 };

/** The URLs of the records that fit. */
const matching = (page, id, ...args) =>
  page.evaluate(
    async (name, query) => (await app.fetches[name].matchAll(...query)).map(({ request }) => request.url),
    id,
    args,
  );

/** Waits until the record of a file has its whole response. */
const whole = (page, id, file) =>
  page.evaluate(
    async (name, url) => (await (await app.fetches[name].match(url)).responseReady).text().then(() => null),
    id,
    file.url,
  );

export default [
  {
    name: 'get and getIds know what is active',
    async run(t) {
      const page = await t.open();
      const get = (id) =>
        page.evaluate(async (name) => {
          const found = await (await app.manager()).get(name);
          return found === undefined ? 'undefined' : app.stateOf(found).id;
        }, id);
      const getIds = () => page.evaluate(async () => (await app.manager()).getIds());
      assert.deepEqual([await get('b'), await getIds()], ['undefined', []]);
      await t.fetch(page, 'a', t.file({ size: 10 }));
      await t.outcome(page, 'a');
      await t.fetch(page, 'b', t.file(SLOW));
      await t.fetch(page, 'c', t.file(SLOW));
      assert.deepEqual(
        [await get('a'), await get('b'), await get('c'), await get('d')],
        ['undefined', 'b', 'c', 'undefined'],
      );
      assert.deepEqual(await getIds(), ['b', 'c']);
    },
  },
  {
    name: 'getIds has the order in which fetches were begun',
    nativeDiffers: 'it sorts them',
    async run(t) {
      const page = await t.open();
      for (const id of ['z', 'a', 'm']) await t.fetch(page, id, t.file(SLOW));
      assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), ['z', 'a', 'm']);
    },
  },
  {
    name: 'one object for one fetch in one page',
    nativeDiffers: 'each call makes a new object',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'same', t.file(SLOW));
      assert.deepEqual(
        await page.evaluate(async () => {
          const manager = await app.manager();
          const [one, other] = await Promise.all([manager.get('same'), manager.get('same')]);
          return [
            one === other,
            one === app.fetches.same,
            manager === (await navigator.serviceWorker.ready).backgroundFetch,
          ];
        }),
        [true, true, true],
      );
    },
  },
  {
    name: 'one object for one fetch in the worker',
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      const file = t.file({ size: 200_000, rate: 200_000 });
      await t.underWay(async () => {
        await page.evaluate((url) => app.ask({ call: 'fetch', id: 'same', url }), file.url);
        assert.equal((await page.evaluate(() => app.ask({ call: 'get', id: 'same' }))).same, true);
      });
      await t.expectSuccess(page, 'same', file);
      assert.deepEqual(
        (await t.rows(page, { kind: 'inside' })).map(({ same }) => same),
        [true],
      );
    },
  },
  {
    name: 'all records, in the order of the requests',
    async run(t) {
      const page = await t.open();
      const files = [t.file(SLOW), t.file(SLOW), t.file(SLOW)];
      await t.fetch(page, 'all', files);
      assert.deepEqual(
        await matching(page, 'all'),
        files.map(({ url }) => url),
      );
    },
  },
  {
    name: 'match finds by URL and by Request, or nothing',
    async run(t) {
      const page = await t.open();
      const [one, other] = [t.file(SLOW), t.file(SLOW)];
      await t.fetch(page, 'match', [one, other]);
      const found = await page.evaluate(async (url) => {
        const { match } = app.fetches;
        return [
          (await match.match(url)).request.url,
          (await match.match(new Request(url))).request.url,
          (await match.match(`${url}#fragment`)).request.url,
          (await match.match(new URL(url))).request.url,
          typeof (await match.match('/elsewhere')),
        ];
      }, other.url);
      assert.deepEqual(found, [other.url, other.url, other.url, other.url, 'undefined']);
    },
  },
  {
    name: 'ignoreSearch',
    async run(t) {
      const page = await t.open();
      const files = [t.file(SLOW), t.file(SLOW)];
      await t.fetch(page, 'search', files);
      assert.deepEqual(await matching(page, 'search', '/file?other'), []);
      assert.deepEqual(
        await matching(page, 'search', '/file?other', { ignoreSearch: true }),
        files.map(({ url }) => url),
      );
    },
  },
  {
    name: 'ignoreMethod',
    async run(t) {
      const page = await t.open();
      const file = t.file(SLOW);
      const upload = `${t.origin.url}/upload?key=upload&delay=4000`;
      await t.fetch(page, 'method', [file, [upload, { method: 'PUT', body: 'x' }]]);
      assert.deepEqual(await matching(page, 'method', upload), []);
      assert.deepEqual(await matching(page, 'method', upload, { ignoreMethod: true }), [upload]);
    },
  },
  {
    name: 'it is the method of the record that must be GET',
    nativeDiffers: 'it compares the methods',
    async run(t) {
      const page = await t.open();
      const file = t.file(SLOW);
      const upload = `${t.origin.url}/upload?key=upload&delay=4000`;
      await t.fetch(page, 'method', [file, [upload, { method: 'PUT', body: 'x' }]]);
      const found = (url, method) =>
        page.evaluate(async (...args) => typeof (await app.fetches.method.match(new Request(...args))), url, {
          method,
        });
      assert.deepEqual([await found(upload, 'PUT'), await found(file.url, 'PUT')], ['undefined', 'object']);
    },
  },
  {
    name: 'Vary and ignoreVary',
    async run(t) {
      const page = await t.open();
      const file = t.file({ vary: 'X-Language' });
      await t.fetch(page, 'vary', [[file.url, { headers: { 'x-language': 'de' } }], t.file(SLOW)]);
      const find = (language, options) =>
        page.evaluate(
          async (url, value, how) => {
            const query = new Request(url, { headers: { 'x-language': value } });
            const found = await app.fetches.vary.match(query, how);
            return found ? found.request.headers.get('x-language') : 'none';
          },
          file.url,
          language,
          options,
        );
      await t.until(async () => (await find('en')) === 'none', 'the response that varies');
      assert.deepEqual([await find('de'), await find('en', { ignoreVary: true })], ['de', 'de']);
    },
  },
  {
    name: 'a record that is whole can be read while others are received',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 30_000 });
      await t.fetch(page, 'some', [t.file(SLOW), file]);
      await whole(page, 'some', file);
      const [text, state] = await page.evaluate(async (url) => {
        const { some } = app.fetches;
        const { responseReady } = await some.match(url);
        return [(await (await responseReady).arrayBuffer()).byteLength, some.result];
      }, file.url);
      assert.deepEqual([text, state], [file.size, '']);
    },
  },
  {
    name: 'a response is ready with its head, and its body comes as it is received',
    nativeDiffers: 'responses are ready when they are whole',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 6_000_000, rate: 1e6 });
      await t.fetch(page, 'streamed', file);
      const status = await page.evaluate(async () => {
        const [{ responseReady }] = await app.fetches.streamed.matchAll();
        globalThis.response = await responseReady;
        return response.status;
      });
      assert.equal(status, 200);
      assert.ok(file.sent < file.size / 2, `ready after ${file.sent} bytes`);
      const first = await page.evaluate(async () => {
        const [whole, part] = response.body.tee();
        globalThis.whole = new Response(whole);
        const { value } = await part.getReader().read();
        return value.length;
      });
      assert.ok(first > 0);
      assert.ok(file.sent < file.size, `first bytes after ${file.sent} bytes`);
      const sha256 = await page.evaluate(async () => {
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await whole.arrayBuffer()));
        return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      });
      assert.equal(sha256, file.sha256);
      await t.expectSuccess(page, 'streamed', file);
    },
  },
  {
    name: 'a record is made anew by each call, and its request can be read',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'anew', [
        [`${t.origin.url}/upload?key=upload&delay=3000`, { method: 'POST', body: 'the body' }],
        t.file(SLOW),
      ]);
      const seen = await page.evaluate(async () => {
        const { anew } = app.fetches;
        const [[one], [other]] = [await anew.matchAll(), await anew.matchAll()];
        return [
          one === other,
          one.request === one.request,
          one.responseReady === one.responseReady,
          one.request.method,
        ];
      });
      assert.deepEqual(seen, [false, true, true, 'POST']);
    },
  },
  {
    name: 'the body of a request can be read from its record',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'body', [
        [`${t.origin.url}/upload?key=upload&delay=3000`, { method: 'POST', body: 'the body' }],
      ]);
      assert.equal(await page.evaluate(async () => (await app.fetches.body.matchAll())[0].request.text()), 'the body');
    },
  },
];
