import { ourName } from './context.mjs';

/**
 * Keeps our database from being opened, until `app.letGo()` is called, as a connection does that WebKit never closes:
 * a deletion waits for it, and whatever comes then for the deletion.
 * @param {import('./context.mjs').Context} t @param {any} page
 */
export const holdDatabase = (t, page) =>
  page.evaluate(
    async (name) => {
      const opening = indexedDB.open(name);
      await new Promise((resolve) => (opening.onsuccess = resolve));
      const held = opening.result;
      const deletion = indexedDB.deleteDatabase(name);
      // Firefox may tell by no event that it is blocked.
      await new Promise((resolve) => (held.onversionchange = resolve));
      app.letGo = () =>
        new Promise((resolve) => {
          deletion.onsuccess = () => resolve(null);
          held.close();
        });
    },
    ourName(`${t.origin.url}/app/`),
  );
