/** The page: runs the checks in itself, or has a worker of some kind run them. */
(() => {
  const SCOPE = '/idl/';
  /** @type {ServiceWorkerRegistration} */
  let registration;
  /** A fetch that is active until it is aborted: the checks look at its objects. */
  let instance;

  idl.prepare = async () => {
    await navigator.serviceWorker.register('/idl/sw.js', { scope: SCOPE });
    registration = await navigator.serviceWorker.ready;
  };

  const globals = {
    window: (task) => idl.run(task, registration, obey),
    dedicated: (task) => ask(new Worker('/idl/worker.js'), task),
    shared: (task) => ask(new SharedWorker('/idl/worker.js').port, task),
    service: (task) => ask(registration.active, task),
  };

  /** @param {keyof typeof globals} global @param {object[]} interfaces as describe.mjs makes them */
  idl.runIn = async (global, interfaces) => {
    const id = `instance in ${global}`;
    instance = await registration.backgroundFetch.fetch(id, '/file?size=1000000&rate=1000');
    try {
      return await globals[global]({ interfaces, id });
    } finally {
      await instance.abort();
    }
  };

  /** Starts a fetch, which workers may not do everywhere. Natively one fetch waits for the other. */
  async function obey({ start, url, abort }) {
    await instance.abort();
    const fetch = await registration.backgroundFetch.fetch(start, url);
    if (abort) await fetch.abort();
  }

  /** Has a worker run the checks, and does what these want of the page. */
  function ask(target, task) {
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve, reject) => {
      port1.onmessage = async ({ data: { command, results, failure } }) => {
        if (results) resolve(results);
        if (failure) reject(new Error(failure));
        if (command)
          port1.postMessage(
            await obey(command).then(
              () => ({}),
              (error) => ({ failure: String(error) }),
            ),
          );
      };
      target.onerror = ({ message }) => reject(new Error(message));
      target.postMessage(task, [port2]);
    });
  }
})();
