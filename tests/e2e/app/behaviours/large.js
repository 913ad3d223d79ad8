/** Uploads the app's large file, as told by a page. */
addEventListener('message', ({ data, ports }) => {
  if (!data?.uploadLarge) return;
  const { id, url } = data.uploadLarge;
  upload(id, url).then(
    () => ports[0].postMessage(null),
    (error) => ports[0].postMessage(String(error)),
  );
});

async function upload(id, url) {
  const body = await largeFile.get();
  await self.registration.backgroundFetch.fetch(id, new Request(url, { method: 'POST', body }));
}

importScripts('/app/large-file.js');
