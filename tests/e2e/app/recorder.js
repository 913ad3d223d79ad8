/** What the app's worker does in any test: it writes down every event of a background fetch, with all its records. */
(() => {
  const TYPES = ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort', 'backgroundfetchclick'];
  const AT_ONCE = 16;
  const { searchParams } = new URL(location.href);
  /** This run of the worker. */
  const run = Math.random().toString(36).slice(2);

  addEventListener('install', () => {
    if (!searchParams.has('wait')) skipWaiting();
  });
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  // The ponyfill has a target of its own.
  const target = globalThis.eventTarget ?? globalThis;
  for (const type of TYPES) target.addEventListener(type, (event) => isLeft(event) || event.waitUntil(see(event)));
  addEventListener('error', ({ message }) => log.add({ kind: 'error', message }));
  addEventListener('unhandledrejection', ({ reason }) => log.add({ kind: 'error', message: `unhandled: ${reason}` }));

  /** A click that no handler is to take. */
  const isLeft = ({ type, registration }) => type === 'backgroundfetchclick' && registration.id === 'left';

  async function see(event) {
    const { type, registration } = event;
    const seen = { type, run, script: location.search, constructor: event.constructor.name, ...stateOf(registration) };
    await log.add({ kind: 'begin', ...seen });
    await log.add({ kind: 'event', ...seen, ...(await recordsOf(registration)) });
  }

  async function recordsOf(registration) {
    try {
      return { records: await describeAll(await registration.matchAll()) };
    } catch (error) {
      return { error: error.name, message: error.message };
    }
  }

  const stateOf = ({
    id,
    uploadTotal,
    uploaded,
    downloadTotal,
    downloaded,
    result,
    failureReason,
    recordsAvailable,
  }) => ({ id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason, recordsAvailable });

  async function describeAll(records) {
    const all = [];
    for (let at = 0; at < records.length; at += AT_ONCE) {
      all.push(...(await Promise.all(records.slice(at, at + AT_ONCE).map(describe))));
    }
    return all;
  }

  async function describe({ request, responseReady }) {
    const { url, method } = request;
    const seen = { request: { url, method, headers: Object.fromEntries(request.headers) } };
    try {
      return { ...seen, response: await describeResponse(await responseReady) };
    } catch (error) {
      return { ...seen, error: error.name };
    }
  }

  async function describeResponse(response) {
    const { url, type, status, statusText, ok, redirected } = response;
    const head = { url, type, status, statusText, ok, redirected, headers: Object.fromEntries(response.headers) };
    try {
      const body = await response.arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
      const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return { ...head, size: body.byteLength, sha256 };
    } catch (error) {
      return { ...head, bodyError: error.name };
    }
  }

  globalThis.recorder = { run, stateOf, describe, describeAll };
})();
