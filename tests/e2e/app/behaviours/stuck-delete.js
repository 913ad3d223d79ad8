/** Before the polyfill: an entry of a cache is deleted, and says so in the log, but not before the log allows it. */
const remove = Cache.prototype.delete;
Cache.prototype.delete = async function (...args) {
  if (!(await log.rows()).some(({ kind }) => kind === 'may-delete')) {
    await log.add({ kind: 'deletes' });
    await new Promise(() => {});
  }
  return remove.apply(this, args);
};
