/** An example of a documentation page that has been copied into many apps: waitUntil() gets a function. */
const { warn } = console;
console.warn = (...words) => {
  void log.add({ kind: 'warning', text: words.join(' ') });
  warn.apply(console, words);
};
importScripts('/dist/sw.js', '/app/log.js', '/app/clients/worker.js');

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(async () => {
    await log.add({ kind: 'never' });
  });
  event.waitUntil(log.add({ kind: 'seen', id: event.registration.id }));
});
