/**
 * The app's own log, in IndexedDB, so that what a worker saw can be read after its death. For pages,
 * classic workers and module workers alike.
 */
(() => {
  const NAME = 'app-log';
  const ROWS = 'rows';

  function settled(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  async function open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ROWS);
    return settled(request);
  }

  globalThis.log = {
    /** Resolves when the row is on disk. */
    async add(row) {
      const database = await open();
      try {
        const transaction = database.transaction(ROWS, 'readwrite');
        const store = transaction.objectStore(ROWS);
        // Not by autoIncrement: Firefox hands out old keys if the database is opened while it closes.
        store.openKeyCursor(null, 'prev').onsuccess = ({ target: { result } }) => {
          store.add({ at: Date.now(), ...row }, (result?.key ?? 0) + 1);
        };
        await new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error);
        });
      } finally {
        database.close();
      }
    },

    async rows() {
      const database = await open();
      try {
        return await settled(database.transaction(ROWS).objectStore(ROWS).getAll());
      } finally {
        database.close();
      }
    },

    /** The rows after one, with their keys, for those who look often. */
    async since(key) {
      const database = await open();
      try {
        const store = database.transaction(ROWS).objectStore(ROWS);
        const after = IDBKeyRange.lowerBound(key, true);
        const [keys, rows] = await Promise.all([settled(store.getAllKeys(after)), settled(store.getAll(after))]);
        return rows.map((row, index) => ({ key: keys[index], ...row }));
      } finally {
        database.close();
      }
    },
  };
})();
