/** A store that fails for a moment: so many reads of an upload's body as `unreadable` says throw. */
{
  const { prototype } = IDBObjectStore;
  const { get } = prototype;
  let left = Number(new URL(location.href).searchParams.get('unreadable'));
  prototype.get = function (...args) {
    if (this.name === 'bodies' && left > 0) {
      left -= 1;
      throw new DOMException('The disk is busy.', 'UnknownError');
    }
    return get.apply(this, args);
  };
}
