/** A file of the app, in its own IndexedDB: whoever gets it has a Blob, and none of its bytes. */
(() => {
  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  async function store(mode) {
    const request = indexedDB.open('app-files', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('files');
    return (await settled(request)).transaction('files', mode).objectStore('files');
  }

  globalThis.largeFile = {
    async put(blob) {
      const files = await store('readwrite');
      files.put(blob, 'large');
      await new Promise((resolve, reject) => {
        files.transaction.oncomplete = resolve;
        files.transaction.onabort = () => reject(files.transaction.error);
      });
    },
    get: async () => settled((await store('readonly')).get('large')),
  };
})();
