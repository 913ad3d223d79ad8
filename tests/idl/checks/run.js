/** Runs all checks in this global, and answers those who ask a worker to do so. */
(() => {
  /**
   * @param {{interfaces: object[], id: string}} task the IDL as describe.mjs makes it; an active fetch
   * @param {ServiceWorkerRegistration | undefined} registration none where a worker has no way to it
   * @param {(command: object) => Promise<unknown>} page makes the page do something
   */
  idl.run = async ({ interfaces, id }, registration, page) => {
    const instances = registration ? await findInstances(registration, id) : {};
    idl.instances = instances;
    if (!registration) {
      idl.check('there are no service workers here', () =>
        idl.equal(navigator.serviceWorker, undefined, 'navigator.serviceWorker'),
      );
    } else
      idl.check('there is an object of each interface', () => {
        const missing = interfaces.filter(({ name, exposed, global }) => exposed && !global && !instances[name]);
        idl.list(
          missing.map(({ name }) => name),
          [],
          'missing',
        );
      });
    idl.checkSurface(interfaces, instances);
    idl.checkInstances(interfaces, instances);
    idl.checkHandlers(interfaces, instances);
    idl.checkArguments(interfaces, instances);
    idl.checkValues(instances);
    idl.checkEvents(instances, page);
    return idl.report();
  };

  /** One object of each interface, as far as they are exposed. */
  async function findInstances(registration, id) {
    const { backgroundFetch } = registration;
    const fetch = await backgroundFetch.get(id);
    const init = { registration: fetch };
    return {
      Request: new Request('/idl/good'),
      ServiceWorkerRegistration: registration,
      BackgroundFetchManager: backgroundFetch,
      BackgroundFetchRegistration: fetch,
      BackgroundFetchRecord: (await fetch.matchAll())[0],
      ...(globalThis.BackgroundFetchEvent && {
        BackgroundFetchEvent: new BackgroundFetchEvent('x', init),
        BackgroundFetchUpdateUIEvent: new BackgroundFetchUpdateUIEvent('x', init),
      }),
    };
  }

  /** In a worker: runs when it is told to, on the port that comes with that. */
  idl.serve = async ({ data, ports: [port] }, registration) => {
    const waiting = [];
    const page = (command) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        port.postMessage({ command });
      });
    port.onmessage = ({ data: { failure } }) => {
      const { resolve, reject } = waiting.shift();
      if (failure) reject(new Error(failure));
      else resolve();
    };
    try {
      port.postMessage({ results: await idl.run(data, registration, page) });
    } catch (error) {
      port.postMessage({ failure: idl.show(error) });
    }
  };
})();
