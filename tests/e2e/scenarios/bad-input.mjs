/** What the app does wrong is told by the right exception, and leaves nothing behind. */
import assert from 'node:assert/strict';

const nothingActive = async (page) =>
  assert.deepEqual(await page.evaluate(async () => (await app.manager()).getIds()), []);

export default [
  {
    name: 'bad arguments reject with TypeError',
    async run(t) {
      const page = await t.open();
      const names = await page.evaluate(async () => {
        const manager = await app.manager();
        const used = new Request('/file', { method: 'POST', body: 'x' });
        await used.text();
        const { fetch } = Object.getPrototypeOf(manager);
        const calls = {
          'no arguments': () => manager.fetch(),
          'no requests': () => manager.fetch('id'),
          'an empty list': () => manager.fetch('id', []),
          'a URL that is none': () => manager.fetch('id', 'http://'),
          'one bad of two': () => manager.fetch('id', ['/file', 'http://']),
          'credentials in the URL': () => manager.fetch('id', 'http://me:secret@localhost/'),
          'no-cors': () => manager.fetch('id', new Request('/file', { mode: 'no-cors' })),
          'a used body': () => manager.fetch('id', used),
          'icons that are no list': () => manager.fetch('id', '/file', { icons: {} }),
          'an icon without src': () => manager.fetch('id', '/file', { icons: [{ sizes: '1x1' }] }),
          'options that are no object': () => manager.fetch('id', '/file', 5),
          'a symbol for an id': () => manager.fetch(Symbol('id'), '/file'),
          'another this': () => fetch.call({}, 'id', '/file'),
          'get without an id': () => manager.get(),
          'get of an empty id': () => manager.get(''),
        };
        const outcomes = {};
        for (const [name, call] of Object.entries(calls)) {
          // They must reject, not throw.
          let promise;
          try {
            promise = call();
          } catch {
            outcomes[name] = 'thrown';
            continue;
          }
          outcomes[name] = await app.rejection(() => promise);
        }
        return outcomes;
      });
      assert.deepEqual(names, Object.fromEntries(Object.keys(names).map((name) => [name, 'TypeError'])));
      await nothingActive(page);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'an empty id rejects with TypeError',
    nativeDiffers: 'the page does not survive it',
    async run(t) {
      const page = await t.open();
      assert.equal(
        await page.evaluate(async () => {
          const manager = await app.manager();
          return app.rejection(() => manager.fetch('', '/file'));
        }),
        'TypeError',
      );
    },
  },
  {
    name: 'a title that is null',
    nativeDiffers: 'the page does not survive it',
    async run(t) {
      const page = await t.open();
      const file = t.file();
      await t.fetch(page, 'null', file, { title: null });
      await t.expectSuccess(page, 'null', file);
    },
  },
  {
    name: 'an id that is active already rejects with TypeError',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 300_000, rate: 100_000 });
      const other = t.file();
      await t.underWay(async () => {
        await t.fetch(page, 'taken', file);
        await assert.rejects(t.fetch(page, 'taken', other), { name: 'TypeError' });
      });
      await t.expectSuccess(page, 'taken', file);
      assert.equal(other.requests.length, 0);
    },
  },
  {
    name: 'two pages race for one id: one gets it',
    async run(t) {
      const pages = [await t.open(), await t.open({ registers: false })];
      for (const id of ['a', 'b', 'c']) {
        const file = t.file({ size: 60_000, rate: 10_000 });
        const race = (page) => page.evaluate((name, url) => app.rejection(() => app.fetch(name, url)), id, file.url);
        const outcomes = await Promise.all(pages.map(race));
        assert.deepEqual(outcomes.map(String).sort(), ['TypeError', 'null']);
        const winner = pages[outcomes.indexOf(null)];
        assert.equal(await winner.evaluate((name) => app.abort(name), id), true);
        await t.expectFailure(winner, id, 'aborted');
        assert.ok(file.requests.length <= 1);
      }
    },
  },
  {
    name: 'one page asks twice at a time: one gets it',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 50_000, rate: 100_000 });
      const outcomes = await page.evaluate(async (url) => {
        const manager = await app.manager();
        const calls = [manager.fetch('id', url), manager.fetch('id', url), manager.fetch('id', url)];
        return (await Promise.allSettled(calls)).map(({ reason }) => reason?.name ?? 'fulfilled');
      }, file.url);
      assert.deepEqual(outcomes.sort(), ['TypeError', 'TypeError', 'fulfilled']);
      await t.expectSuccess(page, 'id', file);
    },
  },
  {
    name: 'without an active worker',
    async run(t) {
      const page = await t.open({ do: ['slow-install'], eager: true });
      const name = await page.evaluate(async () => {
        const registration = await app.ready;
        if (registration.active) return 'it is active already';
        return app.rejection(() => registration.backgroundFetch.fetch('early', '/file?size=1'));
      });
      assert.equal(name, 'TypeError');
      assert.deepEqual(
        await page.evaluate(async () => {
          const { backgroundFetch } = await app.ready;
          return [typeof (await backgroundFetch.get('early')), await backgroundFetch.getIds()];
        }),
        ['undefined', []],
      );
    },
  },
  {
    name: 'odd ids are as good as others',
    async run(t) {
      const page = await t.open();
      const ids = ['__proto__', ' ', '../ü?#%20☃', 'x'.repeat(10_000)];
      const files = ids.map(() => t.file({ size: 20_000, rate: 20_000 }));
      await t.underWay(async () => {
        for (const [index, id] of ids.entries()) {
          await page.evaluate(
            async (name, url) => {
              await (await app.manager()).fetch(name, url);
            },
            id,
            files[index].url,
          );
        }
        assert.deepEqual((await page.evaluate(async () => (await app.manager()).getIds())).sort(), [...ids].sort());
      });
      for (const [index, id] of ids.entries()) await t.expectSuccess(page, id, files[index]);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'options that mean nothing are nothing',
    async run(t) {
      const page = await t.open();
      const states = await page.evaluate(
        async (urls) => {
          const manager = await app.manager();
          const [one, other] = [
            await manager.fetch('null', new URL(urls[0]), { downloadTotal: null, title: undefined, icons: undefined }),
            await manager.fetch('none', urls[1], null),
          ];
          return [one.downloadTotal, other.downloadTotal];
        },
        [t.file().url, t.file().url],
      );
      assert.deepEqual(states, [0, 0]);
      await t.outcome(page, 'null');
      await t.outcome(page, 'none');
    },
  },
  {
    name: 'more than there is room for rejects with QuotaExceededError',
    async run(t) {
      const page = await t.open();
      await assert.rejects(
        // WebKitGTK does not tell how much room there is: that much is nowhere.
        t.fetch(page, 'huge', t.file(), { downloadTotal: Number.MAX_SAFE_INTEGER }),
        { name: 'QuotaExceededError' },
      );
      await nothingActive(page);
    },
  },
  {
    name: 'a port that browsers block fails at once',
    nativeDiffers: 'fetch() itself rejects',
    async run(t) {
      const page = await t.open();
      await t.fetch(page, 'port', 'http://localhost:6667/');
      const {
        records: [{ error }],
      } = await t.expectFailure(page, 'port', 'fetch-error', { timeout: 5_000 });
      assert.equal(error, 'TypeError');
    },
  },
  {
    name: 'schemes other than http fail at once',
    nativeDiffers: 'fetch() itself rejects',
    async run(t) {
      const page = await t.open();
      for (const url of ['data:text/plain,text', 'ftp://localhost/', `blob:${t.origin.url}/0`]) {
        await t.fetch(page, url, url);
        const {
          records: [{ error }],
        } = await t.expectFailure(page, url, 'fetch-error', { timeout: 5_000 });
        assert.equal(error, 'TypeError');
      }
    },
  },
];
