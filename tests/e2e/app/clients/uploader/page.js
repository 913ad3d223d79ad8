/** Encrypts a file piece by piece and sends the pieces in one background fetch: a PUT for each, with a token. */
(() => {
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

  async function encrypt(text, key) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text);
    return { iv: hex(iv), bytes, sha256: hex(await crypto.subtle.digest('SHA-256', bytes)) };
  }

  /** Tells what the server must get. */
  async function upload(id, urls, pieceSize) {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    const pieces = await Promise.all(
      urls.map((_, index) => encrypt(new Uint8Array(pieceSize + index).fill(index), key)),
    );
    const requests = pieces.map(
      ({ iv, bytes }, index) =>
        new Request(urls[index], {
          method: 'PUT',
          headers: { Authorization: `Bearer token-${index}`, 'Content-Type': 'application/octet-stream', 'X-IV': iv },
          body: bytes,
        }),
    );
    const { backgroundFetch } = await navigator.serviceWorker.ready;
    const state = app.follow(await backgroundFetch.fetch(id, requests, { title: 'Uploading' }));
    return { state, pieces: pieces.map(({ iv, bytes, sha256 }) => ({ iv, length: bytes.byteLength, sha256 })) };
  }

  globalThis.client = { upload };
})();
