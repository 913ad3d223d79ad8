/** A broken handler, and after it one that is not. */
addEventListener('backgroundfetchsuccess', () => {
  throw new Error('the handler is broken');
});
addEventListener('backgroundfetchsuccess', (event) => event.waitUntil(log.add({ kind: 'after the broken one' })));
