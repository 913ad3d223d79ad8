/** The app has WebAssembly of its own, which traps, and nobody catches that. */
const own = '0061736d0100000001040160000003020100070501017400000a05010300000b';
addEventListener('message', (event) => {
  if (event.data !== 'trap') return;
  const bytes = Uint8Array.from(own.match(/../g), (byte) => Number.parseInt(byte, 16));
  const trapping = WebAssembly.instantiate(bytes).then(({ instance }) => {
    setTimeout(() => {
      event.ports[0].postMessage('trapped');
      instance.exports.t();
    });
  });
  event.waitUntil(trapping);
});
