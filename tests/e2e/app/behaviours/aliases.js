/** The names that guides use, in the worker, which writes down what they tell of each success. */
importScripts('/made/aliases.js');

addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(noteAliases(event.registration)));

async function noteAliases({ id, downloadBytesReceived }) {
  await log.add({ kind: 'aliases', id, downloadBytesReceived, ids: await navigator.backgroundFetch.getIds() });
}
