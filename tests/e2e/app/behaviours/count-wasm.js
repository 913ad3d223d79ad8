/** Before the polyfill: counts what is compiled and instantiated in this run, and tells who asks. */
let made = 0;
const count = (original) =>
  new Proxy(original, {
    apply: (target, self, args) => (made++, Reflect.apply(target, self, args)),
    construct: (target, args, newTarget) => (made++, Reflect.construct(target, args, newTarget)),
  });
for (const name of ['Module', 'Instance', 'compile', 'instantiate', 'compileStreaming', 'instantiateStreaming']) {
  if (name in WebAssembly) WebAssembly[name] = count(WebAssembly[name]);
}
addEventListener('message', ({ data, ports }) => {
  if (data === 'made') ports[0].postMessage(made);
});
