/** Tells whose API there is. */
addEventListener('message', ({ data, ports }) => {
  if (data !== 'natives') return;
  const names = [
    'BackgroundFetchManager',
    'BackgroundFetchRegistration',
    'BackgroundFetchRecord',
    'BackgroundFetchEvent',
    'BackgroundFetchUpdateUIEvent',
  ];
  const isNative = (value) => /\[native code\]/.test(Function.prototype.toString.call(value));
  const { get } = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'backgroundFetch');
  ports[0].postMessage({
    missing: names.filter((name) => !(name in self)),
    natives: names.filter((name) => name in self && isNative(self[name])).length,
    getter: isNative(get),
  });
});
