// What a server says of a file: asked as browsers and the polyfill ask.

/** ms for one answer's head and first bytes. */
const PATIENCE = 20_000;

/** Bytes that are read of each body, no more. */
const TASTE = 16 * 1024;

/** Where the part begins that is asked for: past the first packet, within the taste of the whole. */
const OFFSET = 4096;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} url of the response, after redirects
 * @property {Headers} headers as they came; of a browser's page some may be hidden
 * @property {Uint8Array} bytes the first ones, without their content coding
 *
 * @typedef {object} Probe
 * @property {string} url
 * @property {string | undefined} origin of the app, where it is another than that of the file, or of what it is
 *   redirected to
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
  const isForeign = (at) => new URL(at).origin !== app;
  // A browser says whose page it is for other origins only, be they those of a redirect.
  const { url: landing } = await ask(url, 'GET', isForeign(url) ? { origin: app } : {});
  const common = isForeign(url) || isForeign(landing) ? { origin: app } : {};
  const get = { ...common, 'accept-encoding': 'gzip, deflate, br, zstd' };
  const whole = await ask(url, 'GET', get);
  const again = await ask(url, 'GET', get);
  const head = await ask(url, 'HEAD', get).catch(() => undefined);
  // A file that is shorter is asked for from its middle on.
  const offset = Math.min(OFFSET, whole.bytes.length >> 1);
  // With a range, browsers ask for no content coding.
  const part = await ask(url, 'GET', { ...common, 'accept-encoding': 'identity', range: `bytes=${offset}-` });
  return { url, origin: common.origin, whole, again, head, offset, part };
}

/** @returns {Promise<Answer>} */
async function ask(url, method, headers) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    const response = await fetch(url, { method, headers, signal: controller.signal });
    const bytes = await taste(response);
    return { status: response.status, url: response.url, headers: response.headers, bytes };
  } finally {
    clearTimeout(timer);
    // The rest of the body.
    controller.abort();
  }
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
