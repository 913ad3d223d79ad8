// What a server says of a file: asked as browsers and the polyfill ask.

/** ms for one answer's head and first bytes. */
const PATIENCE = 20_000;

/** Bytes that are read of each body, no more. */
const TASTE = 16 * 1024;

/** Where the part begins that is asked for: past the first packet, within the taste of the whole. */
const OFFSET = 4096;

/** Redirects that browsers follow: https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MOST_REDIRECTS = 20;

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * @typedef {object} Head
 * @property {string} url that was asked for
 * @property {string | undefined} origin that the request told of: that of the app, or "null"; undefined where nothing is
 *   kept from the app
 * @property {number} status
 * @property {Headers} headers as they came; of a browser's page some may be hidden
 *
 * @typedef {Head & {redirects: Head[], bytes: Uint8Array}} Answer after all redirects, each of which is judged like
 *   itself; and the first bytes, without their content coding
 *
 * @typedef {object} Probe
 * @property {string} url
 * @property {string} origin of the app
 * @property {Answer} whole to the app's own request
 * @property {Answer} again to the same, once more
 * @property {Answer | undefined} head to HEAD; undefined if there was none
 * @property {number} offset of the first byte that `part` was asked for
 * @property {Answer} part to `Range: bytes=OFFSET-`
 */

/**
 * Asks the server of `url`. Rejects if it does not answer.
 * @param {string} url
 * @param {string} [origin] of the app, that of the file by default
 * @returns {Promise<Probe>}
 */
export async function probe(url, origin) {
  const app = origin ?? new URL(url).origin;
  const get = { 'accept-encoding': 'gzip, deflate, br, zstd' };
  const whole = await ask(url, app, 'GET', get);
  const again = await ask(url, app, 'GET', get);
  const head = await ask(url, app, 'HEAD', get).catch(() => undefined);
  // A file that is shorter is asked for from its middle on.
  const offset = Math.min(OFFSET, whole.bytes.length >> 1);
  // With a range, browsers ask for no content coding.
  const part = await ask(url, app, 'GET', { 'accept-encoding': 'identity', range: `bytes=${offset}-` });
  return { url, origin: app, whole, again, head, offset, part };
}

/** @returns {Promise<Answer>} */
async function ask(url, app, method, headers) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    return await follow(url, app, { method, headers, signal: controller.signal });
  } finally {
    clearTimeout(timer);
    // The rest of the bodies.
    controller.abort();
  }
}

/** Hop by hop, with the `Origin` that a browser sends to each. */
async function follow(url, app, { headers, ...init }) {
  const redirects = [];
  let at = url;
  let origin = originFor(url, { url: app, origin: undefined }, app);
  for (;;) {
    const all = origin === undefined ? headers : { ...headers, origin };
    const response = await fetch(at, { ...init, headers: all, redirect: 'manual' });
    const head = { url: at, origin, status: response.status, headers: response.headers };
    const location = REDIRECTS.includes(head.status) ? head.headers.get('location') : null;
    if (location === null) return { ...head, redirects, bytes: await taste(response) };
    redirects.push(head);
    if (redirects.length > MOST_REDIRECTS) throw new Error(`there are more than ${MOST_REDIRECTS} redirects`);
    const next = new URL(location, at);
    if (!/^https?:$/.test(next.protocol)) throw new Error(`it is redirected to ${next.protocol}`);
    origin = originFor(next, head, app);
    at = next.href;
  }
}

/**
 * What a request says of whose page it is, after the one before. Browsers tell other origins only; and nobody any more, once
 * one of those has led to another one: https://fetch.spec.whatwg.org/#concept-request-tainted-origin
 */
function originFor(url, { url: before, origin }, app) {
  const [from, to] = [before, url].map((each) => new URL(each).origin);
  if (origin === 'null' || from === to) return origin;
  return from === app ? app : 'null';
}

async function taste(response) {
  const chunks = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= TASTE) break;
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, TASTE));
}
