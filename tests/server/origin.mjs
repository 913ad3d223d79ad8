/**
 * A test origin on loopback that serves the project and misbehaves on demand.
 * `node tests/server/origin.mjs [folder] [port] [h1|h2]` runs one by hand.
 */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { planFile } from './faults.mjs';
import { serveH1 } from './h1.mjs';
import { serveH2 } from './h2.mjs';
import { Listener } from './listener.mjs';
import { sendPlan } from './send.mjs';
import { findStatic } from './static.mjs';
import { Pace, sleep } from './throttle.mjs';

/**
 * @typedef {object} Entry one request in the log
 * @property {'h1' | 'h2'} protocol
 * @property {string} method
 * @property {string} url path and query
 * @property {string} key what `times=`, `changeAfter=` and bytesSent() count by
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {number} status 0 until the head is sent
 * @property {number} bytesSent of the body, as the kernel took them
 * @property {number} bytesReceived of the request's body
 * @property {string | null} sha256 of the request's body, once all of it has come
 * @property {boolean} aborted the other side, or setOffline(), broke it off
 * @property {boolean} done nothing more will be sent
 * @property {number} at ms since the origin started
 *
 * @typedef {object} OriginOptions
 * @property {'h1' | 'h2'} [protocol] HTTP/1.1 in the clear, or HTTP/2 over TLS
 * @property {Record<string, string>} [roots] URL prefix → folder
 * @property {import('./static.mjs').Sources['files']} [files] path → content, or a function of the request
 * @property {number} [throttle] bytes a second for all responses of /file together
 * @property {string} [peer] URL of another origin, for redirect=cross
 * @property {string} [host] as it stands in URLs: 'localhost', '127.0.0.1'
 * @property {number} [port]
 *
 * @typedef {(plan: import('./faults.mjs').Plan, request: {method: string, headers: any, url: URL}, exchange: import('./exchange.mjs').Exchange, entry: Entry) => Promise<import('./faults.mjs').Plan | null>} Change
 *   makes another answer of a planned one; null: it has answered by itself
 */

/** @param {OriginOptions} [options] */
export async function startOrigin({
  protocol = 'h1',
  roots = {},
  files = {},
  throttle = 0,
  peer,
  host = 'localhost',
  port = 0,
} = {}) {
  const started = performance.now();
  const pace = new Pace(throttle);
  /** @type {Map<string, import('./faults.mjs').KeyState>} */
  const states = new Map();
  /** @type {Entry[]} */
  let log = [];
  /** @type {Set<import('./exchange.mjs').Exchange>} */
  const open = new Set();
  let crossOrigin = peer;
  /** By key. @type {Map<string, Change>} */
  const changes = new Map();
  /** What keeps it from serving files. */
  const troubles = { busyUntil: 0, retryAfter: '', bears: Infinity, every: Infinity, served: 0 };

  const take = async (/** @type {import('./exchange.mjs').Exchange} */ exchange) => {
    const url = new URL(exchange.path, `http://${exchange.headers.host ?? host}`);
    const entry = newEntry(exchange, url, started);
    log.push(entry);
    open.add(exchange);
    exchange.onClose(() => {
      open.delete(exchange);
      entry.aborted = !entry.done;
      entry.done = true;
    });
    try {
      await answer(exchange, url, entry);
    } catch (error) {
      fail(exchange, entry, error);
    }
  };

  /** @param {import('./exchange.mjs').Exchange} exchange @param {URL} url @param {Entry} entry */
  async function answer(exchange, url, entry) {
    const { method, headers } = exchange;
    const request = { method, headers, url };
    if (url.pathname === '/file' || url.pathname === '/upload') {
      const state = states.get(entry.key) ?? { count: 0, hits: 0 };
      states.set(entry.key, state);
      const planned = planFile(isTooMuch() ? busy(request) : request, state, { peer: crossOrigin });
      const change = changes.get(entry.key);
      const plan = change ? await change(planned, request, exchange, entry) : planned;
      if (!plan || !(await receive(exchange, entry, plan))) return;
      const answersJson = url.pathname === '/upload' && plan.status === 200;
      return sendPlan(exchange, answersJson ? withJson(plan, uploadOf(entry)) : plan, entry, pace);
    }
    if (method !== 'GET' && method !== 'HEAD' && !files[url.pathname]) await receive(exchange, entry);
    const found = await findStatic({ roots, files }, request);
    const {
      status,
      headers: own,
      body,
    } = found ?? { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('not found') };
    return sendPlan(
      exchange,
      { ...FAULTLESS, status, headers: { 'content-length': String(body.length), ...own }, body },
      entry,
      NO_PACE,
    );
  }

  /** Whether this request, the last of those that are open, is one that the server does not serve now. */
  function isTooMuch() {
    const files = [...open].filter(({ path }) => path.startsWith('/file'));
    troubles.served += 1;
    const isTurn = troubles.served % troubles.every === 0;
    return isTurn || performance.now() < troubles.busyUntil || files.length > troubles.bears;
  }

  /** The same request, of a file that answers 503. @param {{method: string, headers: any, url: URL}} request */
  function busy(request) {
    const url = new URL(request.url);
    const { retryAfter } = troubles;
    url.search = String(new URLSearchParams({ status: '503', ...(retryAfter && { retryAfter }) }));
    return { ...request, url };
  }

  const isSecure = protocol === 'h2';
  const listener = new Listener(isSecure ? serveH2(take, await ensureCertificate()) : serveH1(take));
  const bound = await listener.start(port);

  return {
    url: `${isSecure ? 'https' : 'http'}://${host}:${bound}`,
    protocol,
    port: bound,
    /** Path → content, or a function of the request; more may be added. */
    files,
    /** All requests since the start or reset(). */
    requests: () => log,
    /** Bytes of bodies written to sockets for a key (all keys when none is given). @param {string} [key] */
    bytesSent: (key) =>
      log.reduce((sum, entry) => sum + (key === undefined || entry.key === key ? entry.bytesSent : 0), 0),
    /** Forgets the log and every `times=`, `changeAfter=` count. */
    reset() {
      log = [];
      states.clear();
    },
    /** @param {number} rate bytes a second, 0 for none */
    setThrottle: (rate) => pace.setRate(rate),
    /** Offline: open connections are cut and new ones refused. @param {boolean} offline */
    setOffline: (offline) => (offline ? listener.stop() : listener.start(bound)),
    /** Files are answered with 503 for a time. @param {number} seconds @param {string} [retryAfter] */
    setBusy(seconds, retryAfter = '') {
      Object.assign(troubles, { busyUntil: performance.now() + seconds * 1000, retryAfter });
    },
    /** Of so many requests for files, one is answered with 503. @param {number} requests */
    setRefusesEvery: (requests) => void Object.assign(troubles, { every: requests, served: 0 }),
    /** Files are served to so many requests at a time; others are answered with 503. @param {number} requests */
    setBears: (requests) => void (troubles.bears = requests),
    /** No byte is sent as long as it is, though connections stay open and new ones are taken. @param {boolean} mute */
    setMute: (mute) => listener.setMute(mute),
    /** As a server that is restarted: connections lost, state of keys kept. @param {number} [downtime] ms */
    async restart(downtime = 100) {
      await listener.stop();
      await sleep(downtime);
      await listener.start(bound);
    },
    /**
     * What is under way breaks off: every exchange, or every connection.
     * @param {Exclude<import('./exchange.mjs').Break, 'end' | 'refuse'>} how
     */
    breakOff(how) {
      const newestOfEach = new Map([...open].map((exchange) => [exchange.connection, exchange]));
      for (const exchange of how === 'reset' ? open : newestOfEach.values()) exchange.breakOff(how);
    },
    /** What no parameter says: what becomes of the answers for a key. @param {string} key @param {Change} change */
    setChange: (key, change) => void changes.set(key, change),
    /** Where redirect=cross leads. @param {string} other */
    setPeer: (other) => void (crossOrigin = other),
    close: () => listener.stop(),
  };
}

const NO_PACE = new Pace(0);
const FAULTLESS = { delay: 0, bodyDelay: 0, rate: 0, cutUpload: null, refuse: false, stop: null };

/** What a client is told of a mistake of ours, or of its test's. */
function fail(exchange, entry, error) {
  if (exchange.isOver) return;
  if (entry.status) {
    console.error(error);
    return exchange.breakOff('reset');
  }
  entry.status = 500;
  exchange.head(500, { 'content-type': 'text/plain' });
  exchange.write(Buffer.from(String(error)));
  entry.done = true;
  exchange.end();
}

/** @param {import('./exchange.mjs').Exchange} exchange @param {URL} url @param {number} started @returns {Entry} */
function newEntry({ protocol, method, headers }, url, started) {
  return {
    protocol,
    method,
    url: url.pathname + url.search,
    key: url.searchParams.get('key') ?? url.pathname + url.search,
    headers,
    status: 0,
    bytesSent: 0,
    bytesReceived: 0,
    sha256: null,
    aborted: false,
    done: false,
    at: Math.round(performance.now() - started),
  };
}

/**
 * Reads a request's body, at `rate` if given; false if it resets the exchange in the middle of it.
 * @param {import('./exchange.mjs').Exchange} exchange @param {Entry} entry
 * @param {{rate: number, cutUpload: number | null}} [plan]
 */
async function receive(exchange, entry, { rate, cutUpload } = FAULTLESS) {
  const hash = createHash('sha256');
  const pace = new Pace(rate);
  const cut = () => {
    const due = cutUpload !== null && entry.bytesReceived >= cutUpload;
    if (due) exchange.breakOff('reset');
    return due;
  };
  if (cut()) return false;
  for await (const chunk of exchange.body) {
    entry.bytesReceived += chunk.length;
    hash.update(chunk);
    if (cut()) return false;
    await pace.take(chunk.length);
  }
  entry.sha256 = hash.digest('hex');
  return true;
}

/** @param {Entry} entry */
const uploadOf = ({ method, headers, bytesReceived, sha256 }) => ({
  method,
  type: headers['content-type'] ?? null,
  length: bytesReceived,
  sha256,
});

/** @param {import('./faults.mjs').Plan} plan */
function withJson(plan, value) {
  const body = Buffer.from(JSON.stringify(value));
  const headers = { ...plan.headers, 'content-type': 'application/json', 'content-length': String(body.length) };
  for (const name of ['etag', 'last-modified', 'accept-ranges', 'content-range']) delete headers[name];
  return { ...plan, headers, body, rate: 0 };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder = '.', port = 0, protocol = 'h1'] = process.argv.slice(2);
  const origin = await startOrigin({
    roots: { '/': folder },
    port: Number(port),
    protocol: protocol === 'h2' ? 'h2' : 'h1',
  });
  console.log(origin.url);
}
