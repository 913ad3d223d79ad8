/** What comes before the recorder, which listens where the events are dispatched. Query: what to `prefer`. */
import { backgroundFetch, serve } from '/dist/ponyfill.sw.mjs';

const before = Object.getOwnPropertyNames(globalThis);
const prefer = new URL(location.href).searchParams.get('prefer');
const choice = prefer ? { prefer } : undefined;
globalThis.eventTarget = serve(choice);
globalThis.served = {
  same: serve() === eventTarget,
  globals: Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name) && name !== 'eventTarget'),
  ids: () => backgroundFetch(registration, choice).getIds(),
};
addEventListener('message', ({ data, ports: [port] }) => {
  if (data !== 'served') return;
  served.ids().then((ids) => port.postMessage({ same: served.same, globals: served.globals, ids }));
});
