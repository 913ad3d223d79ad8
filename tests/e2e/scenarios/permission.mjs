/** The permission "background-fetch". */
import assert from 'node:assert/strict';

export default [
  {
    name: 'permissions.query answers, in a page and in the worker',
    async run(t) {
      const page = await t.open({ do: ['permission'] });
      const seen = await page.evaluate(async () => {
        const status = await navigator.permissions.query({ name: 'background-fetch' });
        let changes = 0;
        status.addEventListener('change', () => changes++);
        status.dispatchEvent(new Event('change'));
        return [status.state, status instanceof PermissionStatus, status.onchange, changes];
      });
      assert.deepEqual(seen, ['granted', true, null, 1]);
      // Natively Chromium's workers have to ask.
      assert.match(await page.evaluate(() => app.ask('permission')), /^(granted|prompt)$/);
    },
  },
  {
    name: 'other permissions are answered by the browser',
    async run(t) {
      const page = await t.open();
      const seen = await page.evaluate(async () => {
        const { permissions } = navigator;
        const { length, name } = permissions.query;
        return [
          (await permissions.query({ name: 'notifications' })).name,
          await app.rejection(() => permissions.query({ name: 'no such permission' })),
          await app.rejection(() => permissions.query()),
          length,
          name,
          Object.getOwnPropertyDescriptor(Permissions.prototype, 'query').enumerable,
        ];
      });
      assert.deepEqual(seen, ['notifications', 'TypeError', 'TypeError', 1, 'query', true]);
    },
  },
  {
    name: 'denied, fetch() rejects with NotAllowedError',
    // The others know no such permission, so nobody can deny it.
    browsers: ['chromium', 'chromium-native'],
    launch: {},
    nativeDiffers: 'it asks its limit of downloads, which the debugger cannot set',
    async run(t) {
      const page = await t.open();
      await t.browser.setPermission(t.origin.url, 'background-fetch', 'denied');
      const file = t.file();
      assert.equal(
        await page.evaluate((url) => app.rejection(() => app.fetch('denied', url)), file.url),
        'NotAllowedError',
      );
      assert.equal(file.requests.length, 0);
      await t.expectNothingLeft(page);
      await t.browser.setPermission(t.origin.url, 'background-fetch', 'granted');
      await t.fetch(page, 'granted', file);
      await t.expectSuccess(page, 'granted', file);
    },
  },
];
