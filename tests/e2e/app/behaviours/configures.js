/**
 * The worker is configured. Query: `options` as JSON; `prepares`, how requests are prepared, with `life`, how long a URL is
 * good, in ms; `asks`, whether preferences say if anything may run.
 */
// Module workers have it by an import.
globalThis.extras ?? importScripts('/made/extras.js');

{
  const query = new URL(location.href).searchParams;
  const life = Number(query.get('life'));

  /** With a signature that expires. */
  const signed = (request) => {
    const url = new URL(request.url);
    url.searchParams.set('expires', String(Date.now() + life));
    return new Request(url, request);
  };

  let last;
  const preparations = {
    /** A fresh URL each time. */
    fresh: signed,
    /** One that is kept until it is denied. */
    denied: (request, { status }) => {
      if (status === 403 || !last) last = signed(request);
      return last;
    },
    token: async (request, { status, preferences }) => {
      if (status !== 401) return undefined;
      const headers = new Headers(request.headers);
      headers.set('X-Token', preferences.token);
      return new Request(request, { headers });
    },
    throws: (request) => {
      if (request.url.includes('good')) return undefined;
      throw new Error('no token');
    },
    hangs: (request, { attempt }) => (request.url.includes('good') || attempt > 1 ? undefined : new Promise(() => {})),
  };
  const prepare = preparations[query.get('prepares')];

  const seen = [];
  const options = JSON.parse(query.get('options') ?? '{}');
  if (prepare) {
    options.prepareRequest = (request, about) => {
      seen.push({ url: request.url, range: request.headers.get('range'), ...about });
      return prepare(request, about);
    };
  }
  if (query.has('asks')) options.mayRun = async (preferences) => preferences?.allowed !== false;
  extras.configure(options);

  const thrown = (given) => {
    try {
      extras.configure(given);
      return null;
    } catch ({ name, message }) {
      return `${name}: ${message}`;
    }
  };
  const wrong = [
    { conections: 1 },
    { connections: '4' },
    { connections: 0 },
    { maxTotal: 1.5 },
    { stallTimeout: Infinity },
    { keepAlive: 1 },
    { mayRun: true },
  ].map(thrown);
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data === 'configuration') port.postMessage({ seen, wrong, late: thrown({ connections: 2 }) });
  });
}
