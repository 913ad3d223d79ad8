/** What a promise comes to, if it does within that time, in milliseconds; else rejects with this error. */
export function within<T>(time: number, late: Error, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late), time);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
