/** The worker says that there is no network, until a page says otherwise. */
let onLine = false;
Object.defineProperty(WorkerNavigator.prototype, 'onLine', { configurable: true, get: () => onLine });

addEventListener('message', ({ data, ports }) => {
  if (typeof data?.onLine !== 'boolean') return;
  ({ onLine } = data);
  if (data.tells) dispatchEvent(new Event(onLine ? 'online' : 'offline'));
  ports[0].postMessage(null);
});
