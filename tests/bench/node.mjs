/** The test origin as a server of the benchmark: where there is no nginx, and for what nginx cannot do. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOrigin } from '../server/origin.mjs';
import { SEED } from './files.mjs';
import { CORS, LIMIT, now } from './served.mjs';

/** So long after a response broke off it may take to notice. */
const NOTICE_MS = 50;

/**
 * @param {Record<string, string>} roots @param {{protocol: 'h1' | 'h2', throttle: number}} options
 * @returns {Promise<import('./served.mjs').Server>}
 */
export async function startNode(roots, { protocol, throttle }) {
  /** @type {Map<string, number>} */
  const ticks = new Map();
  const files = {
    '/tick': ({ url }) => {
      const at = now();
      ticks.set(url.searchParams.get('n') ?? '', at);
      return { body: String(at), headers: CORS };
    },
    '/filler.js': () => `/*${' '.repeat(statSync(join(roots['/dist/'], 'sw.js')).size)}*/`,
  };
  const started = now();
  const own = await startOrigin({ protocol, roots, files, throttle });
  const other = await startOrigin({ protocol, throttle });
  const entries = (/** @type {string} */ key) =>
    [...own.requests(), ...other.requests()].filter((each) => each.key === key);
  return {
    name: `the test origin on Node.js ${process.versions.node}, ${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'}`,
    url: own.url,
    async urls(job, key) {
      const base = `${(job.other ? other : own).url}/file?${parameters(job, key)}`;
      return Array.from({ length: job.count }, (_, at) => `${base}&n=${at}`);
    },
    async sent(key) {
      await sleep(NOTICE_MS);
      const all = entries(key);
      return { requests: all.length, bytes: all.reduce((sum, { bytesSent }) => sum + bytesSent, 0) };
    },
    requests: (key) => entries(key).map(({ at, bytesSent }) => ({ at: started + at, bytes: bytesSent })),
    ticks,
    async close() {
      await Promise.all([own.close(), other.close()]);
    },
  };
}

/** @param {import('./served.mjs').Job} job @param {string} key */
function parameters({ size, limited, hidden, delay }, key) {
  return new URLSearchParams({
    size: String(size),
    seed: String(SEED),
    key,
    cors: '1',
    // As of most servers of files: the browser's HTTP cache may keep it.
    headers: JSON.stringify({ 'cache-control': 'private' }),
    ...(!hidden && { expose: '1' }),
    ...(limited && { rate: String(LIMIT) }),
    ...(delay && { delay: String(delay) }),
  });
}
